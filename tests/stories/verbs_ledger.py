"""The verbs of the ledger: owners are names, the asset is points unless a line says otherwise."""

from datetime import datetime

from huitong import ledger
from huitong.platform.money import split
from tests.stories.runner import Step, World, told, verb

ASSET = "points:1"
BUCKET_OF_NAMES = 321


def owner_of(world: World, name: str) -> int:
    """Return the owner of a name; a new name is a new owner."""
    owners = world.things.setdefault("owners", {})
    assert isinstance(owners, dict)
    return int(owners.setdefault(name, len(owners) + 1 << 12 | BUCKET_OF_NAMES))


def moment(world: World, step: Step) -> datetime:
    """Return when the thing happened that the line tells of: a repeat tells of the first time."""
    moments = world.things.setdefault("moments", {})
    assert isinstance(moments, dict)
    found = moments.setdefault(step.option("key", f"line {step.line}"), world.now)
    assert isinstance(found, datetime)
    return found


def post(world: World, step: Step, *movements: ledger.Movement, source: str = "") -> str:
    """Post one operation for the owner that the line names first; `key=` repeats it."""
    asked = ledger.Operation(
        key=step.option("key", f"line {step.line}"),
        kind=step.verb,
        owner=owner_of(world, step.words[0]),
        movements=movements,
        occurred_at=moment(world, step),
        source_kind="order" if source else "",
        source_id=int(source.removeprefix("O")) if source else None,
    )
    (result,) = ledger.post(world.tx, [asked], now=world.now)
    posted = told(result)
    assert isinstance(posted, ledger.Posted)
    return "again" if posted.replayed else "ok"


def asset_of(step: Step) -> str:
    return step.option("asset", ASSET)


@verb("account")
def _account(world: World, step: Step) -> None:
    """`account C1 overdraft=10`: how far the account may go below zero."""
    ledger.open_account(
        world.tx,
        owner_of(world, step.words[0]),
        asset=asset_of(step),
        floor=-int(step.option("overdraft", "0")),
    )


@verb("grant")
def _grant(world: World, step: Step) -> str:
    """`grant C1 100 expires=30d order=O1 pending=yes`."""
    said = moment(world, step)
    ends = world.at(step.options["expires"], said) if "expires" in step.options else None
    begins = None if step.option("pending") == "yes" else said
    granted = ledger.Grant(asset_of(step), step.number(1), begins, ends)
    return post(world, step, granted, source=step.option("order"))


@verb("spend")
def _spend(world: World, step: Step) -> str:
    """`spend C1 30`."""
    return post(world, step, ledger.Spend(asset_of(step), step.number(1)))


@verb("clawback")
def _claw_back(world: World, step: Step) -> str:
    """`clawback C1 30 order=O1`."""
    source = int(step.options["order"].removeprefix("O"))
    return post(world, step, ledger.ClawBack(asset_of(step), step.number(1), source))


@verb("restore")
def _restore(world: World, step: Step) -> str:
    """`restore C1 30 of=sale`: give back what the operation of that key spent."""
    return post(world, step, ledger.Restore(asset_of(step), step.number(1), step.options["of"]))


@verb("reverse")
def _reverse(world: World, step: Step) -> str:
    """`reverse C1 sale force=yes`."""
    return post(world, step, ledger.Reverse(step.words[1], force=step.option("force") == "yes"))


@verb("hold")
def _hold(world: World, step: Step) -> str:
    """`hold C1 15 as=H1 for=50s`."""
    said = moment(world, step)
    ends = world.at(step.options["for"], said) if "for" in step.options else None
    held = ledger.Hold(asset_of(step), step.number(1), step.options["as"], ends)
    return post(world, step, held)


@verb("capture")
def _capture(world: World, step: Step) -> str:
    """`capture C1 H1 13`."""
    return post(world, step, ledger.Capture(step.words[1], step.number(2)))


@verb("release")
def _release(world: World, step: Step) -> str:
    """`release C1 H1`."""
    return post(world, step, ledger.Release(step.words[1]))


@verb("together")
def _together(world: World, step: Step) -> str:
    """`together C1 grant:5 spend:1000`: several movements in one operation."""
    movements: list[ledger.Movement] = []
    for word in step.words[1:]:
        kind, amount = word.split(":")
        movements.append(
            ledger.Spend(ASSET, int(amount))
            if kind == "spend"
            else ledger.Grant(ASSET, int(amount), moment(world, step), None)
        )
    return post(world, step, *movements)


@verb("balance")
def _balance(world: World, step: Step) -> str:
    """`balance C1 -> 85 held=54`: what is there; what is held, pending or owed when anything is."""
    owner = owner_of(world, step.words[0])
    (found,) = ledger.balances(world.tx, [owner], asset=asset_of(step), now=world.now)
    more = {"held": found.held, "pending": found.pending, "debt": found.debt}
    return " ".join(
        [str(found.balance), *(f"{name}={value}" for name, value in more.items() if value)]
    )


@verb("spent")
def _spent(world: World, step: Step) -> int:
    """`spent C1 -> 36`: all that was ever spent."""
    page = ledger.history(world.tx, owner_of(world, step.words[0]), asset=asset_of(step), limit=500)
    return -sum(entry.amount for entry in page.entries if entry.side is ledger.Side.SPENT)


@verb("verify")
def _verify(world: World, _: Step) -> str:
    """`verify -> ok`: no promise of the ledger is broken."""
    breaches = [str(breach) for breach in ledger.verify(world.tx)]
    return "\n".join(breaches) or "ok"


@verb("split")
def _split(_: World, step: Step) -> str:
    """`split 300 over 4300 1400 2300 -> 162 52 86`."""
    total, over, *weights = step.words
    assert over == "over", "split TOTAL over WEIGHT..."
    return " ".join(map(str, split(int(total), [int(weight) for weight in weights])))
