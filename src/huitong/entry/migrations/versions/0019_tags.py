"""What tags are kept by: definitions, words, what was given by hand, refreshes."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0019"
down_revision = "0018"

SCHEMA = """
-- A pack that a brand uses: the fields and festivals that its tags are made from.
CREATE TABLE segments.tag_pack (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  code          text NOT NULL CHECK (code <> ''),
  document      jsonb NOT NULL,
  installed_at  timestamptz NOT NULL,
  installed_by  text NOT NULL CHECK (installed_by <> ''),
  PRIMARY KEY (group_id, brand_id, code)
);

-- A tag as it is defined now; one that is archived is computed no more.
CREATE TABLE segments.tag (
  group_id     bigint NOT NULL,
  brand_id     bigint NOT NULL,
  code         text NOT NULL CHECK (code <> ''),
  document     jsonb NOT NULL,
  is_archived  boolean NOT NULL DEFAULT false,
  changed_at   timestamptz NOT NULL,
  changed_by   text NOT NULL CHECK (changed_by <> ''),
  PRIMARY KEY (group_id, brand_id, code)
);

-- The number of each word that a field was ever seen to have; given once.
CREATE TABLE segments.tag_word (
  group_id  bigint NOT NULL,
  brand_id  bigint NOT NULL,
  field     text NOT NULL CHECK (field <> ''),
  number    integer NOT NULL CHECK (number BETWEEN 1 AND 1048575),
  text      text NOT NULL CHECK (text <> ''),
  PRIMARY KEY (group_id, brand_id, field, number),
  UNIQUE (group_id, brand_id, field, text)
);

-- What somebody said of a customer by hand or by a file, until a day, unless taken back.
CREATE TABLE segments.tag_given (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  tag           text NOT NULL CHECK (tag <> ''),
  value         text NOT NULL CHECK (value <> ''),
  source        text NOT NULL CHECK (source IN ('manual', 'imported')),
  given_by      text NOT NULL CHECK (given_by <> ''),
  valid_from    date NOT NULL,
  -- The first day on which it does not hold any more.
  valid_until   date CHECK (valid_until > valid_from),
  recorded_at   timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  PRIMARY KEY (group_id, bucket, id),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX tag_given_of_customer ON segments.tag_given (group_id, bucket, customer_id);
CREATE INDEX tag_given_standing ON segments.tag_given (group_id, brand_id, tag)
  WHERE withdrawn_at IS NULL;

-- A refresh that was published: of which day and which lake, and which files hold it.
CREATE TABLE segments.tag_refresh (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  version       bigint NOT NULL,
  lake_version  bigint NOT NULL,
  as_of         date NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('full', 'incremental')),
  definitions   text NOT NULL,
  state         jsonb NOT NULL,
  customers     bigint NOT NULL CHECK (customers >= 0),
  computed      bigint NOT NULL CHECK (computed >= 0),
  changed       bigint NOT NULL CHECK (changed >= 0),
  finished_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, version)
);

-- How many living customers have each value as of a refresh; of a number, who has any, as 1.
CREATE TABLE segments.tag_count (
  group_id   bigint NOT NULL,
  brand_id   bigint NOT NULL,
  version    bigint NOT NULL,
  tag        text NOT NULL,
  number     bigint NOT NULL,
  customers  bigint NOT NULL CHECK (customers >= 0),
  PRIMARY KEY (group_id, brand_id, version, tag, number),
  FOREIGN KEY (group_id, brand_id, version)
    REFERENCES segments.tag_refresh (group_id, brand_id, version)
);
"""


def upgrade() -> None:
    """Create the tables; what a brand says of customers is closed to its other brands too."""
    changing = "SELECT, INSERT, UPDATE"
    swept = "SELECT, INSERT, UPDATE, DELETE"
    run(SCHEMA)
    run(*secure("segments.tag_pack", brand=True, app=changing))
    run(*secure("segments.tag", brand=True, app=changing))
    run(*secure("segments.tag_word", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.tag_given", brand=True, app=swept))
    run(*secure("segments.tag_refresh", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.tag_count", brand=True, app="SELECT, INSERT"))
