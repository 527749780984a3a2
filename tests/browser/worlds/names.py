"""What the customers of the world are called, and the phone and card of each."""

from collections.abc import Sequence

# Shown as text, or the page is open to whoever may choose a name.
ATTACK = "<img src=x onerror=alert(1)>"
LONG_NAME = "阿依古丽·买买提明·吐尔逊江·艾合买提江"
NAMES: Sequence[str] = (
    "林知夏", "周慕云", "沈青禾", "陆星河", "顾晚晴", "江书瑶", "许清欢", "程砚秋", "叶蓁蓁",
    "苏念安", "韩予安", "唐时雨", "宋微澜", "白芷若", "温如言", "简宁", "方小满", "秦朗",
    "何田田", "乔木", "夏至", "欧阳静远", "司徒明月", "欧阳静远", "陈一诺", "李沐阳",
    "王语桐", "苏念安", ATTACK, LONG_NAME,
)  # fmt: skip


def phone_of(place: int) -> str:
    """Return the phone of the customer at a place of `NAMES`."""
    return f"1990000{place + 1:04}"


def card_of(place: int) -> str:
    """Return the card of the customer at a place of `NAMES`."""
    return f"VIP{place + 1:06}"
