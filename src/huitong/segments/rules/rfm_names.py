"""The namings that come with it: eight segments as Chinese retail has them, eleven English ones."""

from typing import Final

from huitong.segments.model.models import Names
from huitong.segments.model.rfm import SCORE_MAX, CellBox, RfmModel, RfmNaming, RfmSegment

# High is the upper two fifths: a score of 4 or 5.
HIGH_FROM: Final = 4

# Whether recency, frequency and money are high, by the usual names.
_EIGHT: Final = {
    (True, True, True): ("key_value", "重要价值客户", "Key, valuable"),
    (True, False, True): ("key_develop", "重要发展客户", "Key, to develop"),
    (False, True, True): ("key_keep", "重要保持客户", "Key, to keep"),
    (False, False, True): ("key_win_back", "重要挽留客户", "Key, to win back"),
    (True, True, False): ("plain_value", "一般价值客户", "Plain, valuable"),
    (True, False, False): ("plain_develop", "一般发展客户", "Plain, to develop"),
    (False, True, False): ("plain_keep", "一般保持客户", "Plain, to keep"),
    (False, False, False): ("plain_win_back", "一般挽留客户", "Plain, to win back"),
}

# Recency (the rows) by the mean of frequency and money, halves rounded up: each once.
_ELEVEN: Final = (
    ("champions", "冠军客户", "Champions", [((5, 5), (4, 5))]),
    ("loyal", "忠诚客户", "Loyal", [((3, 4), (4, 5))]),
    ("potential_loyalist", "潜力忠诚客户", "Potential Loyalist", [((4, 5), (2, 3))]),
    ("new", "新客户", "New", [((5, 5), (1, 1))]),
    ("promising", "有望客户", "Promising", [((4, 4), (1, 1))]),
    ("need_attention", "需要关注客户", "Need Attention", [((3, 3), (3, 3))]),
    ("about_to_sleep", "即将沉睡客户", "About To Sleep", [((3, 3), (1, 2))]),
    ("at_risk", "流失风险客户", "At Risk", [((1, 2), (3, 4))]),
    ("cannot_lose", "不能失去客户", "Can't Lose Them", [((1, 2), (5, 5))]),
    ("hibernating", "休眠客户", "Hibernating", [((2, 2), (1, 2))]),
    ("lost", "流失客户", "Lost", [((1, 1), (1, 2))]),
)


def eight_segments(
    *, recency_high: int = HIGH_FROM, frequency_high: int = HIGH_FROM, money_high: int = HIGH_FROM
) -> RfmNaming:
    """Return the naming by high and low, where high is a score of at least the one given (2-5).

    With axes that are cut at their mean, those at or above the mean are high whatever is given.
    """
    highs = (recency_high, frequency_high, money_high)
    segments = []
    for key, (code, zh, en) in _EIGHT.items():
        recency, frequency, money = (
            (cut, SCORE_MAX) if is_high else (1, cut - 1)
            for cut, is_high in zip(highs, key, strict=True)
        )
        box = CellBox(recency=recency, frequency=frequency, monetary=money)
        segments.append(RfmSegment(code=code, names=Names(zh=zh, en=en), cells=(box,)))
    names = Names(zh="八类客户", en="Eight segments")
    return RfmNaming(code="eight", names=names, segments=tuple(segments))


def eleven_segments() -> RfmNaming:
    """Return the naming by recency and the mean of frequency and money."""
    segments = tuple(
        RfmSegment(
            code=code,
            names=Names(zh=zh, en=en),
            cells=tuple(CellBox(recency=recency, value=value) for recency, value in boxes),
        )
        for code, zh, en, boxes in _ELEVEN
    )
    names = Names(zh="十一类客户", en="Eleven segments")
    return RfmNaming(code="eleven", names=names, segments=segments)


def shipped_model() -> RfmModel:
    """Return the model that a brand starts with: twelve months, net of refunds."""
    names = Names(zh="RFM 模型", en="RFM")
    return RfmModel(code="rfm", names=names, namings=(eight_segments(), eleven_segments()))
