"""What the documents of all models share: codes, names in two languages, unknown words refused."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"
AMOUNT_MAX = 10**15
DAYS_MAX = 36_600

Code: TypeAlias = Annotated[str, Field(pattern=CODE_PATTERN)]
Days: TypeAlias = Annotated[int, Field(ge=0, le=DAYS_MAX)]


class ModelDocument(BaseModel):
    """A piece of a model's document: unknown words are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(ModelDocument):
    """What people call it, in Chinese and in English."""

    zh: Annotated[str, Field(min_length=1, max_length=100)]
    en: Annotated[str, Field(min_length=1, max_length=100)]


def refuse_twice(noun: str, codes: list[str]) -> None:
    """Refuse a code that names two things of one document.

    :raises ValueError: with the code that is there twice.
    """
    for code in codes:
        if codes.count(code) > 1:
            message = f"The {noun} “{code}” is there twice; a code names one {noun}."
            raise ValueError(message)
