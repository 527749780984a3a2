"""How fast a whole identity domain is linked, beside plain connected components; how right it is.

Edges come from the generator of `huitong_sandbox.population`: people with accounts on seven
channels, each pair of identifiers told three times, as a lake of orders tells it. Identifiers are
numbered at random, as blind indexes number them. Linking keeps every rule of the default policy:
shared identifiers, recycled numbers, limits, canonical order; the clock covers it alone, from the
arrays in memory to the label of every identifier. Machine code is compiled before the clock starts.

The baseline is `scipy.sparse.csgraph.connected_components` on the same edges, which knows no rule.
Without any rule both must find the same persons, or the run fails. Quality is measured on 1,000,000
people with 50 junk identifiers. Each size runs as a process of its own, so its memory is its own.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bench.measuring import Json, Target, keep, machine, resident_mb_max, run_part
from huitong.channels.model import IdentifierKind
from huitong.identity.graph.arrays import PROVES, EvidenceArrays, IdentifierArrays
from huitong.identity.graph.linking import link
from huitong.identity.graph.quality import measure
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.evidence import KindPolicy, PartitionPolicy
from huitong_sandbox.population import CLASSES, Cause, inject_junk, populate, provable, tell

SIZES = (1_000_000, 10_000_000, 100_000_000)
LINKING_SECONDS_MAX = 10
MEMORY_MB_MAX = 4_096
PRECISION_MIN, RECALL_MIN = 0.995, 0.97
PEOPLE, JUNK = 1_000_000, 50
PEOPLE_A_CHUNK = 250_000
TELLINGS_A_PAIR = 3
SAME_SIZE_MAX = 10_000_000
COLUMNS = ("one", "other", "first_at", "last_at", "verified", "class_of")
CLASSES_TOLD = [(IdentifierKind(kind), scope) for kind, scope in CLASSES]
NO_RULES = PartitionPolicy(kinds={kind: KindPolicy() for kind in IdentifierKind})


def generate(folder: Path, edges: int, seed: int) -> None:
    """Write so many edges to the folder, one file a column."""
    chance = np.random.default_rng(seed)
    types = (np.int32, np.int32, np.uint32, np.uint32, np.uint8)
    columns = [np.empty(edges, kind) for kind in types]
    classes: list[np.ndarray[tuple[int], np.dtype[np.uint16]]] = []
    done = count = 0
    while done < edges:
        told = tell(populate(people=PEOPLE_A_CHUNK, seed=seed + len(classes)))
        span = told.last_at - told.first_at
        for part in range(TELLINGS_A_PAIR):
            at = told.first_at + span * part // (TELLINGS_A_PAIR - 1)
            rows = slice(done, min(done + len(at), edges))
            kept = slice(rows.stop - rows.start)
            said = (told.own + count, told.other + count, at, at, told.other_verified * 2)
            for column, values in zip(columns, said, strict=True):
                column[rows] = values[kept]
            done = rows.stop
        classes.append(told.class_of)
        count += len(told.class_of)
    number = chance.permutation(count).astype(np.int32)
    class_of = np.empty(count, np.uint16)
    class_of[number] = np.concatenate(classes)
    columns[0], columns[1] = number[columns[0]], number[columns[1]]
    for name, column in zip(COLUMNS, [*columns, class_of], strict=True):
        np.save(folder / f"{name}.npy", column)


def load(folder: Path) -> tuple[EvidenceArrays, IdentifierArrays]:
    """Read what `generate` wrote into memory."""
    *columns, class_of = (np.load(folder / f"{name}.npy") for name in COLUMNS)
    at_most = np.full(len(class_of), PROVES, np.uint8)
    return EvidenceArrays(*columns), IdentifierArrays(class_of, at_most, CLASSES_TOLD)


def link_part(folder: Path) -> Json:
    """Link the edges of a folder by the default policy."""
    _compile()
    evidence, identifiers = load(folder)
    loaded_mb = resident_mb_max()
    begun = time.perf_counter()
    linked = link(evidence, identifiers, DEFAULT_POLICY)
    seconds = time.perf_counter() - begun
    return {
        "edges": len(evidence.one),
        "identifiers": len(identifiers),
        "linking_seconds": round(seconds, 2),
        "edges_per_second": round(len(evidence.one) / seconds),
        "resident_mb_max": resident_mb_max(),
        "resident_mb_before_linking": loaded_mb,
        "persons": len(np.unique(linked.label)),
        "shared": int(linked.is_shared.sum()),
        "held": len(linked.held),
    }


def baseline_part(folder: Path) -> Json:
    """Find the connected components of the same edges, and compare where no rule applies."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - The baseline alone needs it.
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    _compile()
    evidence, identifiers = load(folder)
    count = len(identifiers)
    begun = time.perf_counter()
    told = np.ones(len(evidence.one), np.int8)
    graph = coo_array((told, (evidence.one, evidence.other)), shape=(count, count)).tocsr()
    _, label = connected_components(graph, directed=False)
    seconds = time.perf_counter() - begun
    found: dict[str, object] = {
        "seconds": round(seconds, 2),
        "resident_mb_max": resident_mb_max(),
    }
    if len(evidence.one) <= SAME_SIZE_MAX:
        smallest = np.full(count, count, np.int64)
        np.minimum.at(smallest, label, np.arange(count))
        mine = link(evidence, identifiers, NO_RULES).label
        found["different_labels"] = int((smallest[label] != mine).sum())
    return found


def quality_part() -> Json:
    """Measure how right persons are, where the truth is known."""
    population = populate(people=PEOPLE, seed=1)
    accounts = population.accounts
    told = inject_junk(tell(population), accounts=len(accounts), count=JUNK, seed=2)
    evidence = EvidenceArrays(
        told.own.astype(np.int32),
        told.other.astype(np.int32),
        told.first_at.astype(np.uint32),
        told.last_at.astype(np.uint32),
        told.other_verified.astype(np.uint8) * np.uint8(2),
    )
    at_most = np.full(len(told.class_of), PROVES, np.uint8)
    linked = link(evidence, IdentifierArrays(told.class_of, at_most, CLASSES_TOLD), DEFAULT_POLICY)
    found = measure(
        found=linked.label[: len(accounts)].astype(np.int64),
        true=accounts.person,
        provable=provable(population, tell(population)),
        cause=accounts.cause,
        causes=[cause.name.lower() for cause in Cause],
    )
    return {
        "people": PEOPLE,
        "junk_identifiers": JUNK,
        "accounts": len(accounts),
        "precision": round(found.provable.precision, 5),
        "recall": round(found.provable.recall, 5),
        "recall_of_all_pairs": round(found.everything.recall, 5),
        "bcubed_precision": round(found.bcubed_precision, 5),
        "bcubed_recall": round(found.bcubed_recall, 5),
        "persons_true": found.persons_true,
        "persons_found": found.persons_found,
        "persons_over_merged": found.persons_over_merged,
        "persons_under_merged": found.persons_under_merged,
        "shared": int(linked.is_shared.sum()),
        "held": len(linked.held),
        "by_cause": {name: asdict(score) for name, score in found.by_cause.items()},
    }


def _compile() -> None:
    """Let every loop be compiled before a clock runs."""
    told = tell(populate(people=20_000, seed=0))
    columns = (told.own, told.other, told.first_at, told.last_at, told.other_verified * 2)
    types = (np.int32, np.int32, np.uint32, np.uint32, np.uint8)
    made = (values.astype(kind) for values, kind in zip(columns, types, strict=True))
    at_most = np.full(len(told.class_of), PROVES, np.uint8)
    link(
        EvidenceArrays(*made),
        IdentifierArrays(told.class_of, at_most, CLASSES_TOLD),
        DEFAULT_POLICY,
    )


def main() -> int:
    """Measure all sizes, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part", choices=("generate", "link", "baseline", "quality"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--found", type=Path)
    asked = parser.parse_args()
    if asked.part:
        asked.found.write_text(json.dumps(_part(asked)), encoding="utf-8")
        return 0
    on = machine("not used")
    sizes = [_size(edges, asked.seed) for edges in asked.edges]
    quality = run_part("bench.identity", ["--part", "quality"], server_pid=os.getpid()).said
    figures = {"sizes": sizes, "quality": quality}
    print(json.dumps(figures, indent=2))
    name = "identity" if tuple(asked.edges) == SIZES else "identity_other_sizes"
    print(f"  kept in {keep(name, figures, on=on, targets=_targets(sizes, quality))}")
    return int(any(size["baseline"].get("different_labels") for size in sizes))


def _targets(sizes: list[dict[str, dict[str, float]]], quality: Json) -> list[Target]:
    largest = sizes[-1]["product"]
    edges = f"{largest['edges']:,} edges"
    return [
        Target(
            f"linking {edges}, seconds",
            largest["linking_seconds"],
            LINKING_SECONDS_MAX,
            at_most=True,
        ),
        Target(f"{edges}, resident MB", largest["resident_mb_max"], MEMORY_MB_MAX, at_most=True),
        Target("pairwise precision", float(str(quality["precision"])), PRECISION_MIN),
        Target("pairwise recall", float(str(quality["recall"])), RECALL_MIN),
    ]


def _size(edges: int, seed: int) -> dict[str, dict[str, float]]:
    """Generate, link and compare one size; what was generated is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="huitong-bench-identity-") as folder:
        where = ["--folder", folder, "--seed", str(seed), "--edges", str(edges)]
        me = os.getpid()
        run_part("bench.identity", ["--part", "generate", *where], server_pid=me)
        product = run_part("bench.identity", ["--part", "link", *where], server_pid=me).said
        print(f"  {edges:,} edges: {product}", flush=True)
        baseline = run_part("bench.identity", ["--part", "baseline", *where], server_pid=me).said
        print(f"  {edges:,} edges, baseline: {baseline}", flush=True)
    return {"product": dict(product), "baseline": dict(baseline)}


def _part(asked: argparse.Namespace) -> Json:
    if asked.part == "generate":
        generate(asked.folder, asked.edges[0], asked.seed)
        return {}
    if asked.part == "link":
        return link_part(asked.folder)
    return baseline_part(asked.folder) if asked.part == "baseline" else quality_part()


if __name__ == "__main__":
    sys.exit(main())
