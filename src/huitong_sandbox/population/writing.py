"""Writes a population as files: canonical records of every channel account, and the truth."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from huitong_sandbox.population.model import CHANNELS, NOBODY, Accounts, Cause, Channel, Population
from huitong_sandbox.population.telling import provable, tell

TRUTH = "truth.csv"
TRUTH_COLUMNS = ("kind", "scope", "value", "person", "provable", "cause")
# Kinds that are valid in a whole brand need no scope; the others are valid in their shop or app.
KINDS_OF_BRAND = frozenset({"pos_card"})
PHONE_PREFIXES = ("135", "136", "137", "138", "139", "150", "158", "176", "186", "188")
PREFIX_NUMBERS = 10**8
# Spreads phones over all numbers of the prefixes, so that neighbours are no neighbours.
PHONE_STRIDE = 618_033_989


def write_population(population: Population, folder: Path) -> dict[Channel, tuple[Path, Path]]:
    """Write member and order records of each channel account as NDJSON, and the truth as CSV.

    Every account is one member record, told when it began, and orders that tell what changed
    later. Returns the two files of each channel account, members first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for place, channel in enumerate(CHANNELS):
        name = f"{channel.platform}_{channel.code}"
        paths = (folder / f"{name}_members.ndjson", folder / f"{name}_orders.ndjson")
        with (
            paths[0].open("w", encoding="utf-8") as members,
            paths[1].open("w", encoding="utf-8") as orders,
        ):
            for account in (population.accounts.channel == place).nonzero()[0].tolist():
                _write_account(population.accounts, account, channel, members, orders)
        files[channel] = paths
    _write_truth(population, folder / TRUTH)
    return files


def value_of(channel: Channel, account: int) -> str:
    """Return an account's own id on its platform."""
    return f"{channel.platform[:2]}{account:010d}"


def phone_of(number: int) -> str:
    """Return the phone number with a number; another for each."""
    spread = number * PHONE_STRIDE % (len(PHONE_PREFIXES) * PREFIX_NUMBERS)
    prefix, rest = divmod(spread, PREFIX_NUMBERS)
    return f"{PHONE_PREFIXES[prefix]}{rest:08d}"


def _write_account(
    accounts: Accounts, account: int, channel: Channel, members: TextIO, orders: TextIO
) -> None:
    own: dict[str, object] = {"kind": channel.kind, "value": value_of(channel, account)}
    first, changed, last = (
        int(times[account]) for times in (accounts.first_at, accounts.changed_at, accounts.last_at)
    )
    others = _others(accounts, account)
    phone, later, relative = (
        int(phones[account])
        for phones in (accounts.phone, accounts.phone_later, accounts.relative_phone)
    )
    hidden = Cause(int(accounts.cause[account])) is Cause.MASKED
    told = [own, *others]
    if phone != NOBODY:
        told.append(_phone(phone))
    elif hidden:
        told.append({"kind": "phone", "value": f"138****{account % 10_000:04d}"})
    enrolled = first if phone != NOBODY or later == NOBODY else max(changed, first)
    _line(
        members,
        {
            "member_no": own["value"],
            "identifiers": told,
            "enrolled_at": _instant(enrolled),
            "updated_at": _instant(enrolled),
        },
    )
    tellings = [(last, [own])]
    if phone != NOBODY:
        tellings.append((max(min(changed - 1, last), first), [own, _phone(phone)]))
    if later != NOBODY:
        tellings += [(at, [own, _phone(later)]) for at in (changed, max(changed, last))]
    if relative != NOBODY:
        tellings.append((last, [own, _phone(relative)]))
    if others:
        tellings.append((last, [own, *others]))
    for number, (at, identifiers) in enumerate(tellings):
        _line(orders, _order(f"{own['value']}-{number}", at, identifiers))


def _others(accounts: Accounts, account: int) -> list[dict[str, object]]:
    """Return what an account tells beside its own id and its phones."""
    others: list[dict[str, object]] = []
    union, member, email = (
        int(ids[account]) for ids in (accounts.union, accounts.member_id, accounts.email)
    )
    if union != NOBODY:
        others.append({"kind": "unionid", "value": f"un{union:010d}"})
    if member != NOBODY:
        others.append({"kind": "omid", "value": f"om{member:010d}"})
    if email != NOBODY:
        verified = bool(accounts.email_verified[account])
        address = f"person{email}@example.com"
        others.append({"kind": "email", "value": address, "verified": verified})
    return others


def _phone(number: int) -> dict[str, object]:
    return {"kind": "phone", "value": phone_of(number)}


def _order(order_no: str, at: int, identifiers: list[dict[str, object]]) -> dict[str, object]:
    line = {"line_id": "1", "sku": "S1", "quantity": 1, "list_minor": 9900, "paid_minor": 9900}
    return {
        "order_no": order_no,
        "ordered_at": _instant(at),
        "status": "paid",
        "parties": [{"role": "buyer", "identifiers": identifiers}],
        "list_minor": 9900,
        "paid_minor": 9900,
        "lines": [line],
    }


def _write_truth(population: Population, path: Path) -> None:
    accounts = population.accounts
    labels = provable(population, tell(population))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TRUTH_COLUMNS)
        for account, place in enumerate(accounts.channel.tolist()):
            channel = CHANNELS[place]
            scope = "" if channel.kind in KINDS_OF_BRAND else f"{channel.platform}:{channel.code}"
            cause = Cause(int(accounts.cause[account])).name.lower()
            person = int(accounts.person[account])
            value = value_of(channel, account)
            writer.writerow((channel.kind, scope, value, person, int(labels[account]), cause))


def _line(file: TextIO, record: dict[str, object]) -> None:
    file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _instant(seconds: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
