"""What people and files enter of stores, staff and regions, by codes; each row stands by itself."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from os import urandom

from huitong.org import queries
from huitong.org.model import (
    Moved,
    NamedTwice,
    NewStaff,
    NewStore,
    OrganisationChanged,
    Placement,
    PlacementOverlaps,
    StaffEntered,
    StoreEntered,
    UnitNotFound,
)
from huitong.org.operations.putting import (
    assign_staff,
    operate_stores,
    place_regions,
    place_stores,
    place_stores_in_units,
    put_staff,
    put_stores,
    staff_personas,
)
from huitong.org.rules import Course, Held, course_of
from huitong.org.tables import entering
from huitong.platform import auth, crypto
from huitong.platform.auth import CallerKind
from huitong.platform.db import Tx, array
from huitong.platform.errors import DomainError, Ok, Result

SALT_BYTES = 16
BRAND = "brand"


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of dated fact is read and corrected, and what begins it."""

    what: str
    latest: str
    correct: str


OPERATOR = _Kind("legal entity", entering.LATEST_STORE_OPERATORS, entering.CORRECT_STORE_OPERATORS)
REGION = _Kind("region", entering.LATEST_STORE_REGIONS, entering.CORRECT_STORE_REGIONS)
UNIT = _Kind("business unit", entering.LATEST_STORE_UNITS, entering.CORRECT_STORE_UNITS)
PARENT = _Kind("region", entering.LATEST_REGION_PARENTS, entering.CORRECT_REGION_PARENTS)
WORK = _Kind("store", entering.LATEST_STAFF_ASSIGNMENTS, entering.CORRECT_STAFF_ASSIGNMENTS)

_BEGIN = {
    OPERATOR: operate_stores,
    REGION: place_stores,
    UNIT: place_stores_in_units,
    PARENT: place_regions,
    WORK: assign_staff,
}


@dataclass(frozen=True, slots=True)
class _Move:
    """One wish of one row: `subject` by code, where to by id."""

    kind: _Kind
    subject: str
    place_id: int
    valid_from: date


def count_revision(tx: Tx, *, expected: int, now: datetime) -> int:
    """Count a change of the organisation by somebody who has read a version, and return the next.

    :raises OrganisationChanged: when it is not at that version any more.
    """
    params = {"group_id": tx.scope.group_id, "expected": expected, "now": now}
    sql = entering.NEXT_REVISION if expected else entering.FIRST_REVISION
    counted = tx.row(sql, params)
    if counted is None:
        raise OrganisationChanged(version=queries.revision(tx))
    return int(counted[0])


def enter_stores(tx: Tx, stores: Sequence[StoreEntered], *, now: datetime) -> list[Result[int]]:
    """Add stores or change them, with what changes of them from days on; answer their ids.

    A row that names something unknown, or rewrites the past, is refused and changes nothing.
    """
    places = _Places.read(tx, stores, now=now)
    moves: dict[str, list[_Move]] = {}
    refused = _twice([one.code for one in stores])
    for one in stores:
        try:
            places.brand_ids(one)
            moves[one.code] = list(places.moves(one))
        except DomainError as refusal:
            refused.setdefault(one.code, refusal)
    known = queries.find_stores(tx, codes=[one.code for one in stores])
    courses = _decide(tx, moves, known, refused, now=now)
    good = [one for one in stores if one.code not in refused]
    new = [NewStore(one.code, one.name, one.kind, places.brand_ids(one)) for one in good]
    made = dict(zip([one.code for one in good], put_stores(tx, new, now=now), strict=True))
    _move(tx, courses, made, now=now)
    return _results([one.code for one in stores], made, refused)


def enter_staff(tx: Tx, staff: Sequence[StaffEntered], *, now: datetime) -> list[Result[int]]:
    """Add staff or change them: what they are called, where they work, when they leave.

    A row that names an unknown store, or rewrites the past, is refused and changes nothing. Who
    moves or leaves is signed out of the guides' workbench, which they enter from their new store.
    """
    stores = queries.find_stores(tx, codes=[one.store.code for one in staff if one.store])
    refused = _twice([one.code for one in staff])
    moves: dict[str, list[_Move]] = {one.code: [] for one in staff}
    for one in staff:
        if one.store is None:
            continue
        if one.store.code in stores:
            place_id = stores[one.store.code]
            moves[one.code] = [_Move(WORK, one.code, place_id, one.store.valid_from)]
        else:
            refused.setdefault(one.code, UnitNotFound(WORK.what, one.store.code))
    codes = [one.code for one in staff]
    known = queries.find_staff(tx, codes=codes)
    courses = _decide(tx, moves, known, refused, now=now)
    good = [one for one in staff if one.code not in refused]
    ids = put_staff(tx, [NewStaff(one.code) for one in good], now=now)
    made = dict(zip([one.code for one in good], ids, strict=True))
    _name(tx, {made[one.code]: one.name for one in good if one.name is not None}, now=now)
    _move(tx, courses, made, now=now)
    leaving = [(made[one.code], one.until) for one in good if one.until is not None]
    tx.write(entering.LEAVE, entering.LEAVING, leaving, {"today": queries.today(tx, now=now)})
    moved = {made[move.subject] for move, course in courses if course is not Course.KEEP}
    elsewhere = moved | {staff_id for staff_id, _ in leaving}
    auth.end_all_sessions(tx, kind=CallerKind.GUIDE, subject_ids=elsewhere, now=now)
    return _results(codes, made, refused)


def move_regions(tx: Tx, *, hierarchy_id: int, parents: Mapping[str, Moved], now: datetime) -> None:
    """Record which regions of a hierarchy lie in which others from days on, by codes.

    :raises UnitNotFound: when there is no such region.
    :raises PlacementOverlaps: when that would rewrite the past.
    """
    codes = sorted({*parents, *(one.code for one in parents.values())})
    known = queries.find_regions(tx, hierarchy_id=hierarchy_id, codes=codes)
    for code in codes:
        if code not in known:
            raise UnitNotFound(PARENT.what, code)
    moves = {
        code: [_Move(PARENT, code, known[one.code], one.valid_from)]
        for code, one in parents.items()
    }
    refused: dict[str, DomainError] = {}
    courses = _decide(tx, moves, known, refused, now=now)
    for refusal in refused.values():
        raise refusal
    _move(tx, courses, known, now=now)


def speak_through(
    tx: Tx, speakers: Mapping[int, Sequence[int]], *, day: date, now: datetime
) -> None:
    """Record which staff speak through persona accounts from a day on: these, and nobody else."""
    pairs = [(persona, staff) for persona, named in speakers.items() for staff in named]
    ended = {
        "day": day,
        "persona_ids": array(sorted(speakers)),
        "kept_personas": array([persona for persona, _ in pairs]),
        "kept_staff": array([staff for _, staff in pairs]),
    }
    tx.execute(entering.END_PERSONA_STAFF, ended)
    staff_personas(tx, [Placement(staff, persona, day) for persona, staff in pairs], now=now)


@dataclass(frozen=True, slots=True)
class _Places:
    """Everything that rows of stores may name, by code."""

    brands: Mapping[str, int]
    entities: Mapping[str, int]
    regions: Mapping[tuple[str | None, str], int]
    units: Mapping[tuple[str | None, str], int]

    @classmethod
    def read(cls, tx: Tx, stores: Sequence[StoreEntered], *, now: datetime) -> "_Places":
        day = queries.today(tx, now=now)
        hierarchies = {move.within for one in stores for move in one.regions}
        known = queries.find_hierarchies(tx, codes=sorted(code for code in hierarchies if code))
        return cls(
            brands={one.code: one.id for one in queries.brands(tx)},
            entities=queries.find_legal_entities(
                tx, codes=[one.operator.code for one in stores if one.operator]
            ),
            regions={
                (hierarchy, region.code): region.id
                for hierarchy, hierarchy_id in known.items()
                for region in queries.list_regions(tx, hierarchy_id=hierarchy_id, day=day)
            },
            units={(one.brand, one.code): one.id for one in queries.list_units(tx, day=day)},
        )

    def brand_ids(self, store: StoreEntered) -> tuple[int, ...]:
        for code in store.brands:
            if code not in self.brands:
                raise UnitNotFound(BRAND, code)
        return tuple(self.brands[code] for code in store.brands)

    def moves(self, store: StoreEntered) -> Iterator[_Move]:
        entities: Mapping[tuple[str | None, str], int] = {
            (None, code): one for code, one in self.entities.items()
        }
        operator = () if store.operator is None else (store.operator,)
        for kind, known, wanted in (
            (OPERATOR, entities, operator),
            (REGION, self.regions, store.regions),
            (UNIT, self.units, store.units),
        ):
            if len({one.within for one in wanted}) < len(wanted):
                raise NamedTwice(store.code)
            for one in wanted:
                if (one.within, one.code) not in known:
                    raise UnitNotFound(kind.what, one.code)
                yield _Move(kind, store.code, known[one.within, one.code], one.valid_from)


def _decide(
    tx: Tx,
    moves: Mapping[str, Sequence[_Move]],
    known: Mapping[str, int],
    refused: dict[str, DomainError],
    *,
    now: datetime,
) -> list[tuple[_Move, Course]]:
    """Return what becomes of each wish, and add to the refused whose wish rewrites the past."""
    today = queries.today(tx, now=now)
    by_kind: defaultdict[_Kind, list[_Move]] = defaultdict(list)
    for code, wanted in moves.items():
        for move in wanted if code not in refused else ():
            by_kind[move.kind].append(move)
    decided = []
    for kind, wanted in by_kind.items():
        held = _held(tx, kind, wanted, known)
        for move in wanted:
            last = held.get((known.get(move.subject, 0), move.place_id))
            course = course_of(
                last, place_id=move.place_id, valid_from=move.valid_from, today=today
            )
            if course is Course.REFUSE:
                refused[move.subject] = PlacementOverlaps(valid_from=str(move.valid_from))
            decided.append((move, course))
    return [(move, course) for move, course in decided if move.subject not in refused]


def _held(
    tx: Tx, kind: _Kind, moves: Sequence[_Move], known: Mapping[str, int]
) -> Mapping[tuple[int, int], Held]:
    rows = [
        (known[move.subject], move.place_id, move.valid_from)
        for move in moves
        if move.subject in known
    ]
    found = tx.write(kind.latest, entering.MOVE, rows)
    return {(row[0], row[1]): Held(row[2], row[3], row[4]) for row in found}


def _move(
    tx: Tx, courses: Sequence[tuple[_Move, Course]], made: Mapping[str, int], *, now: datetime
) -> None:
    begin: defaultdict[_Kind, list[Placement]] = defaultdict(list)
    correct: defaultdict[_Kind, list[tuple[int, int, date]]] = defaultdict(list)
    for move, course in courses:
        subject_id = made[move.subject]
        if course is Course.BEGIN:
            begin[move.kind].append(Placement(subject_id, move.place_id, move.valid_from))
        elif course is Course.CORRECT:
            correct[move.kind].append((subject_id, move.place_id, move.valid_from))
    for kind, placements in begin.items():
        _BEGIN[kind](tx, placements, now=now)
    for kind, rows in correct.items():
        tx.write(kind.correct, entering.MOVE, rows)


def _name(tx: Tx, names: Mapping[int, str], *, now: datetime) -> None:
    """Seal what staff are called, each under a salt of their own; an empty name is forgotten."""
    rows: list[tuple[int, bytes | None, bytes | None]] = []
    for staff_id, name in names.items():
        salt = urandom(SALT_BYTES)
        cipher = crypto.keyring().person_cipher(tx.scope.group_id, staff_id, salt)
        sealed = cipher.seal(name.encode(), place=queries.NAME_PLACE, row=staff_id)
        rows.append((staff_id, salt, sealed) if name else (staff_id, None, None))
    tx.write(entering.PUT_NAMES, entering.NAMES, rows, {"now": now})


def _twice(codes: Sequence[str]) -> dict[str, DomainError]:
    return {code: NamedTwice(code) for code, count in Counter(codes).items() if count > 1}


def _results(
    codes: Sequence[str], made: Mapping[str, int], refused: Mapping[str, DomainError]
) -> list[Result[int]]:
    return [refused[code].as_refused() if code in refused else Ok(made[code]) for code in codes]
