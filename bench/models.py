"""How fast whole brands are scored by the models, beside what one would do without this code.

Customers are drawn from one seed. Lifetime value: histories as BG/NBD supposes them, over three
years, folded by the week, fitted and scored; the baseline is the same search over one row for each
customer (the smallest size alone, as it takes long). RFM: borders and scores from measures in
memory; the baseline is `ntile(5)` in DuckDB on the same measures, and how many customers it scores
otherwise, because it parts ties. Lifecycle: states with histories from three purchases a customer,
in parts of 2^20 customers; the baseline is the story of one customer after another in Python.
Weighted score: six terms in three dimensions, and a preview after a change of weights.

Each part runs as a process of its own, so its memory is its own.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from bench.measuring import Json, Target, keep, machine, resident_mb_max, run_part
from huitong.segments.model.models import Names
from huitong.segments.model.rfm import Quantiles
from huitong.segments.model.weighted import (
    Dimension,
    ScaledPoints,
    ScoreBand,
    Term,
    ValuePoints,
    WeightedModel,
)
from huitong.segments.rules import lifecycle, lifecycle_story, lifetime_scores, rfm, weighted
from huitong.segments.rules.lifetime import Buying, Folded, fold
from huitong.segments.rules.lifetime_purchases import fit_purchases
from huitong.segments.rules.rfm_names import shipped_model

SIZES = (1_000_000, 10_000_000)
TODAY = date(2026, 6, 30)
TRUE = {"r": 0.8, "alpha": 10.0, "a": 0.8, "b": 2.5}
DAYS = 1_095
CUSTOMERS_A_PART = 1 << 20
STORIES = 20_000
LIFETIME_SECONDS_MAX = 120
NAMES = Names(zh="甲", en="A")
Found = TypeVar("Found")

# What one would write without thresholds: ties are parted by chance.
NTILE = """
SELECT ntile(5) OVER (ORDER BY recency DESC) AS r, ntile(5) OVER (ORDER BY orders) AS f,
  ntile(5) OVER (ORDER BY amount) AS m
FROM measures
ORDER BY place
"""


def timed(work: Callable[[], Found]) -> tuple[Found, float]:
    """Return what the work gave and the seconds it took."""
    begun = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - begun, 2)


def draw_buying(customers: int, seed: int) -> Buying:
    """Draw histories as BG/NBD and Gamma-Gamma suppose them."""
    chance = np.random.default_rng(seed)
    age = chance.integers(1, DAYS + 1, customers).astype(np.float64)
    rate = chance.gamma(TRUE["r"], 1 / (TRUE["alpha"] * 7), customers)
    leaves = chance.beta(TRUE["a"], TRUE["b"], customers)
    repeats = np.zeros(customers, np.int32)
    last = np.zeros(customers)
    active = np.arange(customers)
    while len(active):
        at = last[active] + chance.exponential(1 / np.maximum(rate[active], 1e-12))
        comes = at <= age[active]
        active, at = active[comes], at[comes]
        repeats[active] += 1
        last[active] = at
        active = active[chance.random(len(active)) >= leaves[active]]
    mean = 6.25 / chance.gamma(3.74, 1 / 15.44, customers)
    spent = chance.gamma(np.maximum(repeats, 1) * 6.25, mean / 6.25)
    minor = np.where(repeats > 0, np.rint(spent * 100) + 1, 0).astype(np.int64)
    return Buying(repeats, last.astype(np.int32), age.astype(np.int32), minor)


def lifetime_part(customers: int, seed: int, *, unfolded: bool) -> Json:
    """Fit and score; with `unfolded`, fit each customer as a row of its own too."""
    model = lifetime_scores.shipped_lifetime()
    buying = draw_buying(customers, seed)
    drawn_mb = resident_mb_max()
    folded, folding = timed(lambda: fold(buying, grain_days=model.grain_days))
    bought, fitting = timed(lambda: fit_purchases(folded, model=model.code, repeat_buyers_min=200))
    whole, both = timed(lambda: lifetime_scores.fit(model, buying, until=TODAY))
    scores, scoring = timed(lambda: lifetime_scores.score(model, whole, buying))
    found: dict[str, object] = {
        "customers": customers,
        "different_histories": len(folded.repeats),
        "folding_seconds": folding,
        "fitting_purchases_seconds": fitting,
        "fitting_with_money_and_folding_seconds": both,
        "scoring_seconds": scoring,
        "resident_mb_max": resident_mb_max(),
        "resident_mb_of_drawn": drawn_mb,
        "parameters": {name: round(getattr(bought, name), 4) for name in TRUE},
        "true_parameters": TRUE,
        "expected_orders_in_365_days": round(int(scores.orders_milli[1].sum()) / 1_000),
    }
    if unfolded:
        one_each = Folded(
            folded.repeats[folded.history_of],
            folded.last[folded.history_of],
            folded.age[folded.history_of],
            np.ones(customers),
            np.arange(customers, dtype=np.int32),
        )
        _, seconds = timed(lambda: fit_purchases(one_each, model="", repeat_buyers_min=200))
        found["unfolded_fitting_seconds"] = seconds
        found["ratio"] = round(seconds / max(folding + fitting, 0.01), 1)
    return found


def rfm_part(customers: int, seed: int) -> Json:
    """Take borders and score; then the same measures by ntile."""
    chance = np.random.default_rng(seed)
    orders = np.minimum(chance.zipf(2.2, customers), 300).astype(np.int32)
    recency = np.minimum(chance.exponential(120, customers), 364).astype(np.int32)
    amount = (orders * chance.lognormal(9.5, 0.9, customers)).astype(np.int64)
    measures = rfm.RfmMeasures(recency, orders, amount)
    model = shipped_model().model_copy(update={"frequency": Quantiles()})
    thresholds, taking = timed(lambda: rfm.take_thresholds(model, measures, today=TODAY))
    scores, scoring = timed(lambda: rfm.score(thresholds, measures))
    _, gridding = timed(lambda: rfm.grid(scores, amount))
    resident = resident_mb_max()
    place = np.arange(customers)
    table = {"recency": recency, "orders": orders, "amount": amount, "place": place}
    with duckdb.connect() as connection:
        connection.register("measures", pa.table(table))
        told, seconds = timed(lambda: connection.execute(NTILE).fetchnumpy())
    return {
        "customers": customers,
        "borders_seconds": taking,
        "scoring_seconds": scoring,
        "grid_seconds": gridding,
        "resident_mb_max": resident,
        "ntile_seconds": seconds,
        "ratio": round(seconds / max(taking + scoring, 0.01), 1),
        "scored_otherwise_by_ntile": {
            "recency": int((told["r"] != scores.recency).sum()),
            "frequency": int((told["f"] != scores.frequency).sum()),
            "money": int((told["m"] != scores.monetary).sum()),
        },
    }


def lifecycle_part(customers: int, seed: int) -> Json:
    """Evaluate all customers part by part, then those who are due a day later; then stories."""
    chance = np.random.default_rng(seed)
    model, today = lifecycle_story.shipped_lifecycle(), rfm.day_number(TODAY)
    seconds = daily = 0.0
    changes = due = 0
    for start in range(0, customers, CUSTOMERS_A_PART):
        size = min(CUSTOMERS_A_PART, customers - start)
        facts = draw_facts(size, today, chance)
        found, took = timed(lambda facts=facts: lifecycle.evaluate(model, facts, today=today))
        seconds += took
        changes += len(found.history.customer)
        places = np.flatnonzero(lifecycle.is_due(found, today=today + 1))
        due += len(places)
        some = subset(facts, places)
        again, took = timed(lambda some=some: lifecycle.evaluate(model, some, today=today + 1))
        _, renewing = timed(
            lambda found=found, places=places, again=again: lifecycle.renew(found, places, again)
        )
        daily += took + renewing
    facts = draw_facts(STORIES, today, chance)
    _, told = timed(lambda: tell(facts))
    return {
        "customers": customers,
        "evaluating_seconds": round(seconds, 2),
        "state_changes": changes,
        "due_tomorrow": due,
        "next_day_seconds": round(daily, 2),
        "resident_mb_max": resident_mb_max(),
        "stories_a_second": round(STORIES / told),
        "ratio": round(customers / seconds / (STORIES / told), 1),
    }


def draw_facts(customers: int, today: int, chance: np.random.Generator) -> lifecycle.LifecycleFacts:
    """Draw customers who became known within three years, with three purchases on average."""
    known = (today - chance.integers(0, DAYS, customers)).astype(np.int32)
    counts = np.minimum(chance.geometric(0.25, customers) - 1, 60)
    who = np.repeat(np.arange(customers), counts)
    day = known[who] + (chance.random(len(who)) * (today - known[who] + 1)).astype(np.int32)
    return lifecycle.facts_of(who, day, known)


def subset(facts: lifecycle.LifecycleFacts, places: rfm.Amounts) -> lifecycle.LifecycleFacts:
    """Return the facts of some customers."""
    counts = (facts.start[1:] - facts.start[:-1])[places]
    start = np.concatenate(([0], np.cumsum(counts)))
    ahead = np.repeat(facts.start[places] - start[:-1], counts)
    return lifecycle.LifecycleFacts(
        facts.known_day[places], start, facts.day[ahead + np.arange(len(ahead))]
    )


def tell(facts: lifecycle.LifecycleFacts) -> None:
    """Tell the story of each customer."""
    model = lifecycle_story.shipped_lifecycle()
    first = date(1970, 1, 1)
    for place, known in enumerate(facts.known_day.tolist()):
        days = facts.day[facts.start[place] : facts.start[place + 1]].tolist()
        lifecycle_story.explain(
            model,
            known_on=first + timedelta(days=known),
            bought_on=[first + timedelta(days=day) for day in days],
            today=TODAY,
        )


def weighted_part(customers: int, seed: int) -> Json:
    """Read points, score, fold, and preview a change of weights."""
    chance = np.random.default_rng(seed)
    everybody = np.ones(customers, np.bool_)
    inputs: dict[str, weighted.Input] = {}
    terms = []
    for name in ("tags.saved", "tags.spent", "tags.years"):
        drawn = np.rint(chance.lognormal(3, 1, customers)).astype(np.int64)
        inputs[name] = weighted.Numbers(drawn, everybody)
        terms.append(Term(input=name, weight=3, reading=ScaledPoints(zero_at=0, full_at=100)))
    for name in ("tags.city", "tags.tier", "tags.channel"):
        inputs[name] = weighted.Coded(
            chance.integers(0, 4, customers).astype(np.uint8), ("one", "two", "three")
        )
        points = ValuePoints(points={"one": 20, "two": 60, "three": 100})
        terms.append(Term(input=name, reading=points))
    dimensions = tuple(
        Dimension(code=f"side_{place}", names=NAMES, weight=place + 1, terms=(one, other))
        for place, (one, other) in enumerate(zip(terms[:3], terms[3:], strict=True))
    )
    bands = tuple(
        ScoreBand(code=f"from_{border}", names=NAMES, at_least=border) for border in (0, 40, 70)
    )
    model = WeightedModel(code="worth", names=NAMES, dimensions=dimensions, bands=bands)
    read, reading = timed(lambda: weighted.read_points(model, inputs))
    _, scoring = timed(lambda: weighted.score(model, read))
    folded, folding = timed(lambda: weighted.fold(read))
    heavy = dimensions[0].model_copy(update={"weight": 9})
    changed = model.model_copy(update={"dimensions": (heavy, *dimensions[1:])})
    _, previewing = timed(lambda: weighted.preview(changed, folded))
    return {
        "customers": customers,
        "reading_seconds": reading,
        "scoring_seconds": scoring,
        "folding_seconds": folding,
        "different_customers": len(folded.customers),
        "preview_seconds": previewing,
        "resident_mb_max": resident_mb_max(),
    }


def main() -> int:
    """Measure all sizes, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part", choices=("lifetime", "rfm", "lifecycle", "weighted"))
    parser.add_argument("--unfolded", action="store_true")
    parser.add_argument("--found", type=Path)
    asked = parser.parse_args()
    if asked.part:
        asked.found.write_text(json.dumps(_part(asked)), encoding="utf-8")
        return 0
    on = machine("not used")
    sizes = [
        _size(size, asked.seed, unfolded=not place) for place, size in enumerate(asked.customers)
    ]
    figures = {"sizes": sizes}
    print(json.dumps(figures, indent=2))
    largest = sizes[-1]["lifetime"]
    seconds = largest["fitting_with_money_and_folding_seconds"] + largest["scoring_seconds"]
    name = f"fitting and scoring lifetime value of {largest['customers']:,} customers, seconds"
    targets = [Target(name, seconds, LIFETIME_SECONDS_MAX, at_most=True)]
    kept = "models" if tuple(asked.customers) == SIZES else "models_other_sizes"
    print(f"  kept in {keep(kept, figures, on=on, targets=targets)}")
    return 0


def _size(customers: int, seed: int, *, unfolded: bool) -> dict[str, dict[str, float]]:
    found = {}
    for part in ("lifetime", "rfm", "lifecycle", "weighted"):
        words = ["--part", part, "--customers", str(customers), "--seed", str(seed)]
        words += ["--unfolded"] if unfolded and part == "lifetime" else []
        said = dict(run_part("bench.models", words, server_pid=os.getpid()).said)
        said["load"] = round(os.getloadavg()[0], 1)
        print(f"  {part}: {said}", flush=True)
        found[part] = said
    return found


def _part(asked: argparse.Namespace) -> Json:
    customers = asked.customers[0]
    if asked.part == "lifetime":
        return lifetime_part(customers, asked.seed, unfolded=asked.unfolded)
    parts = {"rfm": rfm_part, "lifecycle": lifecycle_part, "weighted": weighted_part}
    return parts[asked.part](customers, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
