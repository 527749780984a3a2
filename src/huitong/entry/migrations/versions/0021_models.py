"""What models are kept by: documents in versions, what was fitted by them, refreshes."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0021"
down_revision = "0020"

SCHEMA = """
-- A document of a model; the newest version is in effect, earlier ones explain earlier results.
CREATE TABLE segments.model_version (
  group_id  bigint NOT NULL,
  brand_id  bigint NOT NULL,
  code      text NOT NULL CHECK (code <> ''),
  version   integer NOT NULL CHECK (version >= 1),
  kind      text NOT NULL CHECK (kind IN ('rfm', 'lifecycle', 'lifetime', 'weighted')),
  document  jsonb NOT NULL,
  put_by    text NOT NULL CHECK (put_by <> ''),
  put_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, code, version)
);

-- Thresholds or parameters, taken from all customers of a day; the newest of a version is applied.
CREATE TABLE segments.model_fit (
  group_id       bigint NOT NULL,
  brand_id       bigint NOT NULL,
  code           text NOT NULL,
  fit            integer NOT NULL CHECK (fit >= 1),
  model_version  integer NOT NULL,
  fitted         jsonb NOT NULL,
  taken_on       date NOT NULL,
  lake_version   bigint NOT NULL,
  taken_by       text NOT NULL CHECK (taken_by <> ''),
  taken_at       timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, code, fit),
  FOREIGN KEY (group_id, brand_id, code, model_version)
    REFERENCES segments.model_version (group_id, brand_id, code, version)
);

-- What a refresh computed: of which day and lake, by what, and where its files are.
CREATE TABLE segments.model_refresh (
  group_id       bigint NOT NULL,
  brand_id       bigint NOT NULL,
  code           text NOT NULL,
  refresh        bigint NOT NULL CHECK (refresh >= 1),
  kind           text NOT NULL,
  model_version  integer NOT NULL,
  fit            integer,
  lake_version   bigint NOT NULL,
  on_day         date NOT NULL,
  ordinals       integer NOT NULL CHECK (ordinals >= 0),
  evaluated      integer NOT NULL CHECK (evaluated >= 0),
  is_full        boolean NOT NULL,
  files          text NOT NULL,
  summary        jsonb NOT NULL,
  refreshed_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, code, refresh),
  FOREIGN KEY (group_id, brand_id, code, model_version)
    REFERENCES segments.model_version (group_id, brand_id, code, version),
  FOREIGN KEY (group_id, brand_id, code, fit)
    REFERENCES segments.model_fit (group_id, brand_id, code, fit)
);
"""


def upgrade() -> None:
    """Create the tables; what a brand says of customers is closed to its other brands too."""
    run(SCHEMA)
    run(*secure("segments.model_version", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.model_fit", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.model_refresh", brand=True, app="SELECT, INSERT"))
