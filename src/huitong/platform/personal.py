"""What looks personal, and how it is hidden in texts that must hold ids only.

Two rules: a field whose name is personal is hidden, and so is a text that looks like a telephone
number, an e-mail address or an identity number inside any other field. The name of a person looks
like any word: no rule finds it, so it must not be put into a message.
"""

import re
from collections.abc import Mapping, Sequence

HIDDEN = "[hidden]"
PERSONAL_NAMES = re.compile(
    r"phone|mobile|telephone|e_?mail|address|receiver|buyer_nick|nick_?name|real_?name|person_name"
    r"|first_name|last_name|full_name|birth|id_?number|identity_number|passport|openid|open_id"
    r"|unionid|union_id|external_userid|plate|password|passwd|secret|token|authorization|cookie"
    r"|credential|api_?key|signature"
)
QUANTITY_NAMES = re.compile(r"(?:_id|_minor|_points|_ms|_seconds|_bytes|_count|_rows|_at)$")
MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
# Tried at the first character of a word alone: tried at each, a long text takes the square of time.
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IDENTITY_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
NESTING_MAX = 8


def hidden_fields(fields: Mapping[str, object], *, depth: int = NESTING_MAX) -> dict[str, object]:
    """Return the fields with everything personal in them hidden, `depth` levels deep."""
    return {name: _hidden(str(name), value, depth) for name, value in fields.items()}


def hidden_text(text: str) -> str:
    """Return the text with numbers and addresses of people hidden."""
    text = MOBILE.sub(HIDDEN, EMAIL.sub(HIDDEN, text))
    return IDENTITY_NUMBER.sub(
        lambda found: HIDDEN if _is_identity_number(found[0]) else found[0], text
    )


def _hidden(name: str, value: object, depth: int) -> object:
    if PERSONAL_NAMES.search(name.lower()) or depth == 0 or isinstance(value, bytes):
        return HIDDEN
    match value:
        case str():
            return hidden_text(value)
        case Mapping():
            return hidden_fields(value, depth=depth - 1)
        case Sequence():
            return [_hidden(name, item, depth - 1) for item in value]
        case int() if _is_mobile(name, value):
            return HIDDEN
        case _:
            return value


def _is_mobile(name: str, value: int) -> bool:
    return not QUANTITY_NAMES.search(name) and MOBILE.fullmatch(str(value)) is not None


def _is_identity_number(digits: str) -> bool:
    """Tell an identity number from an order number of the same length by its check digit."""
    weighed = sum(
        int(digit) * weight for digit, weight in zip(digits, IDENTITY_WEIGHTS, strict=False)
    )
    return IDENTITY_CHECKS[weighed % 11] == digits[-1].upper()
