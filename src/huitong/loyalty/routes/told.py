"""What routes say of programmes: sentences in both languages, problems, differences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from huitong import loyalty
from huitong.loyalty.model import (
    Difference,
    Problem,
    Programme,
    Section,
    Turn,
    Version,
    Words,
)
from huitong.platform import audit
from huitong.platform.auth import Caller
from huitong.platform.db import Tx


class ProgrammeWordsOut(BaseModel):
    """One sentence, or a part of one, in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, words: Words) -> Self:
        """Return the words as they are answered."""
        return cls(zh=words.zh, en=words.en)


class ProgrammeDifferenceOut(BaseModel):
    """One thing in which two programmes differ."""

    section: Section
    turn: Turn
    code: str | None = Field(description="The rule, tier or document gift it is about.")
    place: list[str | int]
    words: ProgrammeWordsOut

    @classmethod
    def of(cls, one: Difference) -> Self:
        """Return a difference as it is answered."""
        return cls(
            section=one.section,
            turn=one.turn,
            code=one.code,
            place=[*one.place],
            words=ProgrammeWordsOut.of(one.words),
        )


class ProgrammeProblemOut(BaseModel):
    """One thing of a document that is not allowed."""

    place: list[str | int] = Field(description="Fields, and places in lists from 0.")
    where: ProgrammeWordsOut
    words: ProgrammeWordsOut
    line: int | None = Field(description="Of a document that was read as text, from 1.")

    @classmethod
    def of(cls, one: Problem) -> Self:
        """Return a problem as it is answered."""
        return cls(
            place=[*one.place],
            where=ProgrammeWordsOut.of(one.where),
            words=ProgrammeWordsOut.of(one.words),
            line=one.line,
        )


class ProgrammeStatementOut(BaseModel):
    """One thing that a programme says as a whole, such as how long points live."""

    field: str
    section: Section
    name: ProgrammeWordsOut
    value: ProgrammeWordsOut


class ProgrammeToldOut(BaseModel):
    """A programme in words: its rules, tiers and document gifts by code, and the rest."""

    rules: dict[str, ProgrammeWordsOut]
    tiers: dict[str, ProgrammeWordsOut]
    document_gifts: dict[str, ProgrammeWordsOut]
    statements: list[ProgrammeStatementOut]

    @classmethod
    def of(cls, programme: Programme) -> Self:
        """Return a programme in words."""
        told = loyalty.told(programme)
        return cls(
            rules={code: ProgrammeWordsOut.of(words) for code, words in told.rules.items()},
            tiers={code: ProgrammeWordsOut.of(words) for code, words in told.tiers.items()},
            document_gifts={
                kind: ProgrammeWordsOut.of(words) for kind, words in told.document_gifts.items()
            },
            statements=[
                ProgrammeStatementOut(
                    field=one.field,
                    section=one.section,
                    name=ProgrammeWordsOut.of(one.name),
                    value=ProgrammeWordsOut.of(one.value),
                )
                for one in told.statements
            ],
        )


class ProgrammeVersionOut(BaseModel):
    """A programme as it takes effect, by whom it was put there, and what it says in words."""

    version: int
    effective_from: datetime
    put_by: str
    put_at: datetime
    programme: Programme
    told: ProgrammeToldOut

    @classmethod
    def of(cls, version: Version, signature: loyalty.Signature) -> Self:
        """Return a version as it is answered."""
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            put_by=signature.actor,
            put_at=signature.at,
            programme=version.programme,
            told=ProgrammeToldOut.of(version.programme),
        )


def differences_out(found: Sequence[Difference]) -> list[ProgrammeDifferenceOut]:
    """Return differences as they are answered."""
    return [ProgrammeDifferenceOut.of(one) for one in found]


def problems_out(found: Sequence[Problem]) -> list[ProgrammeProblemOut]:
    """Return problems as they are answered."""
    return [ProgrammeProblemOut.of(one) for one in found]


def record_version(
    tx: Tx, caller: Caller, brand: str, before: Version | None, after: Version, *, now: datetime
) -> None:
    """Tell the audit which programme was put into effect, and what it changes."""
    changes = loyalty.differences(None if before is None else before.programme, after.programme)
    audit.record(
        tx,
        by=caller,
        act="programme.put",
        subject=f"brand:{brand}",
        before=None if before is None else _kept(before),
        after={**_kept(after), "changes": [one.words.zh for one in changes]},
        brand_id=after.brand_id,
        now=now,
    )


def _kept(version: Version) -> dict[str, object]:
    return {
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "programme": version.programme.model_dump(mode="json", exclude_defaults=True),
    }
