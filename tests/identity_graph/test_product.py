"""People through the real door: files in, persons in the database, as the batch engine says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from huitong import org
from huitong.channels.connectors.file import Import, import_file
from huitong.channels.model import RecordKind
from huitong.entry import wiring
from huitong.identity.graph.linking import link
from huitong.identity.graph.loading import Domain, load_domain
from huitong.identity.graph.preview import preview
from huitong.identity.graph.truth import UnreadableTruth, measure_domain, read_truth
from huitong.identity.model import KindRules, PolicyDocument
from huitong.identity.rules import DEFAULT_DOCUMENT, PLATFORM_POLICY
from huitong.org.model import Brand
from huitong.platform import crypto
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, Scope
from huitong_sandbox.population import CHANNELS, populate, write_population
from tests.identity_graph.make import PHONE

PEOPLE = 2_000
SEED = 5
NOW = datetime(2033, 1, 1, tzinfo=UTC)
GROUP = 900_077  # No other test counts so far.
KNOWN_TO_ALL = "for tests only, known to everybody"


@dataclass(frozen=True)
class Imported:
    database: Database
    brand: Brand
    truth: Path


@pytest.fixture(scope="module")
def imported(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """Import a population once for all tests of this module, under a secret a command can have."""
    former = crypto.keyring()
    crypto.hold(Keyring(KNOWN_TO_ALL.encode()))
    folder = tmp_path_factory.mktemp("population")
    files = write_population(populate(people=PEOPLE, seed=SEED), folder)
    database = Database(database_url, events=wiring.EVENTS)
    scope = Scope(GROUP)
    accounts = [(each.platform, each.code) for each in CHANNELS]
    with database.transaction(scope, now=NOW) as tx:
        made = org.set_up(tx, name="Group", brand="brand", accounts=accounts, now=NOW)
        (brand,) = org.brands(tx)
    for account, paths in zip(made.accounts, files.values(), strict=True):
        for kind, path in zip((RecordKind.MEMBER, RecordKind.ORDER), paths, strict=True):
            report = import_file(
                database,
                scope,
                Import(path, kind, account),
                appliers=wiring.APPLY[kind],
                clock=lambda: NOW,
            )
            assert not report.refused, report
    yield Imported(database, brand, folder / "truth.csv")
    database.close()
    crypto.hold(former)


@pytest.fixture
def domain(imported: Imported) -> Domain:
    with imported.database.reading(Scope(GROUP)) as tx:
        return load_domain(tx, domain_id=imported.brand.identity_domain_id)


def test_files_one_after_the_other_make_the_persons_of_the_batch_engine(domain: Domain) -> None:
    linked = link(
        domain.evidence,
        domain.identifiers(PLATFORM_POLICY),
        PLATFORM_POLICY.for_partition,
        domain.decisions,
    )
    proving = np.array([kind.value != "email" for kind, _ in domain.classes])[domain.class_of]
    known = (domain.persons != 0) & proving
    assert len(linked.held) > 0
    assert linked.is_shared.any()
    assert parts(linked.label[known]) == parts(domain.persons[known])


def test_the_persons_in_the_database_are_as_good_as_the_default_policy_promises(
    imported: Imported,
) -> None:
    truth = read_truth(imported.truth)
    with imported.database.reading(Scope(GROUP)) as tx:
        found = measure_domain(tx, brand=imported.brand, truth=truth)
    assert (found.accounts, found.unknown) == (len(truth), 0)
    assert found.quality.provable.precision >= 0.98
    assert found.quality.provable.recall >= 0.96


def test_a_preview_of_the_same_policy_changes_nobody(imported: Imported) -> None:
    with imported.database.reading(Scope(GROUP)) as tx:
        found = preview(tx, domain_id=imported.brand.identity_domain_id, candidate=DEFAULT_DOCUMENT)
    assert found.persons_now == found.persons_then
    assert (found.persons_that_merge, found.persons_that_split) == (0, 0)
    assert found.largest_merges == found.largest_splits == ()


def test_a_preview_of_a_policy_without_phones_splits_whom_phones_joined(
    imported: Imported,
) -> None:
    silent = PolicyDocument.model_validate(
        {"kinds": {PHONE: KindRules(verified="never", unverified="never")}}
    )
    with imported.database.reading(Scope(GROUP)) as tx:
        found = preview(tx, domain_id=imported.brand.identity_domain_id, candidate=silent)
    assert found.persons_that_merge == 0
    assert found.persons_that_split > PEOPLE // 2
    assert found.persons_then == found.persons_now - found.persons_that_split + found.split_into
    assert found.largest_splits[0].parts >= 4
    assert all(case.person_ids for case in found.largest_splits)


def test_a_truth_without_a_column_says_which_and_where(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("kind,value\nphone,1\n", encoding="utf-8")
    with pytest.raises(
        UnreadableTruth, match=r"Line 1 .* no column scope, person, provable, cause"
    ):
        read_truth(path)


def test_a_truth_with_an_unknown_kind_says_which_and_where(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    head = "kind,scope,value,person,provable,cause\n"
    path.write_text(f"{head}phone,,13500000001,1,1,plain\nfax,,1,1,1,plain\n", encoding="utf-8")
    with pytest.raises(UnreadableTruth, match=r"Line 3 .*“fax” is no kind"):
        read_truth(path)


def parts(label: "np.ndarray[tuple[int, ...], np.dtype[np.int64 | np.int32]]") -> set[bytes]:
    """Return the sets of places that share a label."""
    _, place = np.unique(label, return_inverse=True)
    return {np.flatnonzero(place == each).tobytes() for each in range(place.max() + 1)}


def test_the_command_previews_a_policy_and_names_the_largest_cases(
    imported: Imported, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("kinds: {phone: {verified: never, unverified: never}}\n", encoding="utf-8")
    found = json.loads(run(imported, tmp_path, "preview", "--policy", str(policy), "--json"))
    assert found["persons_that_split"] > PEOPLE // 2
    said = run(imported, tmp_path, "preview", "--policy", str(policy))
    assert "persons into" in said
    assert "per_" in said


def test_the_command_refuses_what_is_no_policy(imported: Imported, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("kinds: {phone: {living: 3}}\n", encoding="utf-8")
    said = run(imported, tmp_path, "preview", "--policy", str(policy), ends=2)
    assert "is not a policy" in said


def test_the_command_tells_the_quality_by_cause(imported: Imported, tmp_path: Path) -> None:
    found = json.loads(run(imported, tmp_path, "quality", "--truth", str(imported.truth), "--json"))
    assert found["unknown"] == 0
    assert found["precision"] >= 0.98
    assert found["by_cause"]["masked"]["accounts"] > 0


def run(imported: Imported, home: Path, *words: str, ends: int = 0) -> str:
    """Run a command of `huitong identity` as a process of its own; return all that it says."""
    environment = {
        **os.environ,
        "HUITONG_HOME": str(home / "home"),
        "HUITONG_DATABASE_URL": imported.database.url,
        "HUITONG_GROUP": str(GROUP),
        "HUITONG_SECRET_KEY": KNOWN_TO_ALL,
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-m", "huitong.entry.cli", "identity", *words]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == ends, ended.stderr
    return ended.stdout or ended.stderr
