"""The import contracts hold over the product, and each of them catches a planted breach.

The breaches are planted in a small package of the same name and order, under the very contracts of
`pyproject.toml`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.repository import ROOT, order_of_domains

RUN = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))"
)

TIDY = {
    "entry/wiring.py": "from huitong.orders import operations\nfrom huitong.ledger import tables\n",
    "orders/__init__.py": "from huitong.orders.operations import take\n",
    "orders/model.py": "",
    "orders/rules.py": "from huitong.orders import model\n",
    "orders/tables.py": "",
    "orders/operations.py": (
        "from huitong import org\nfrom huitong.ledger import model\n"
        "from huitong.orders import rules\nfrom huitong.platform import db\n\ntake = rules\n"
    ),
    "ledger/__init__.py": "from huitong.ledger.operations import post\n",
    "ledger/model.py": "",
    "ledger/operations.py": "from huitong.ledger import tables\n\npost = tables\n",
    "ledger/tables.py": "",
    "platform/clock.py": "",
    "platform/db.py": "",
}
FRONT_DOOR = "A domain is entered by its front door"
DOWNWARDS = "Domains depend downwards only"
ONE_SHAPE = "One shape inside every domain"
PURE = "Rules and models are pure"
BREACHES = {
    "reaches past a front door": (
        FRONT_DOOR,
        "orders/operations.py",
        "from huitong.ledger import tables\n",
    ),
    "reaches past a front door inside a function": (
        FRONT_DOOR,
        "orders/operations.py",
        "def late() -> None:\n    import huitong.ledger.operations\n",
    ),
    "looks upwards": (DOWNWARDS, "ledger/operations.py", "from huitong.orders import model\n"),
    "looks sideways": (DOWNWARDS, "ledger/operations.py", "from huitong import identity\n"),
    "belongs to a domain without a place in the order": (DOWNWARDS, "games/__init__.py", ""),
    "decides where it stores": (
        ONE_SHAPE,
        "orders/tables.py",
        "from huitong.orders import rules\n",
    ),
    "has a name that no domain knows": (ONE_SHAPE, "orders/processing.py", ""),
    "reads the database in a rule": (PURE, "orders/rules.py", "from huitong.platform import db\n"),
    "reads the clock in a rule": (PURE, "orders/rules.py", "from huitong.platform import clock\n"),
    "speaks SQL in a model": (PURE, "orders/model.py", "import psycopg\n"),
    "maps objects": (
        "SQLAlchemy serves the migrations alone",
        "platform/db.py",
        "import sqlalchemy\n",
    ),
}


def lint(where: Path, *sources: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(map(str, (*sources, ROOT)))
    surroundings = {**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"}
    command = [sys.executable, "-c", RUN]
    return subprocess.run(
        command, cwd=where, env=surroundings, capture_output=True, text=True, check=False
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A tidy package of the same name and order, with our contracts beside it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "huitong"
    for domain in frozenset().union(*order_of_domains()):
        write(package / domain / "__init__.py", "")
    write(package / "__init__.py", "")
    for name, text in TIDY.items():
        write(package / name, text)
    return package


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_import_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contracts_let_a_tidy_package_pass(package: Path) -> None:
    done = lint(package.parent, package.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("breach", BREACHES)
def test_contracts_catch_a_module_that(breach: str, package: Path) -> None:
    contract, path, text = BREACHES[breach]
    before = (package / path).read_text(encoding="utf-8") if (package / path).exists() else ""
    write(package / path, before + text)
    done = lint(package.parent, package.parent)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout, done.stdout + done.stderr
