"""What people call the values that tags take from fields with codes of their own: stores, channels.

A tag with open values has whatever occurs in its field. Where that is a code, people know the thing
by another name.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from huitong.platform.conditions import Names

NamesOfField = Mapping[str, Mapping[str, Names]]

CHANNELS: Final[Mapping[str, Names]] = {
    "pos": Names("门店收银", "tills"),
    "tmall": Names("天猫", "Tmall"),
    "taobao": Names("淘宝", "Taobao"),
    "jd": Names("京东", "JD"),
    "douyin": Names("抖音", "Douyin"),
    "youzan": Names("有赞", "Youzan"),
    "weimob": Names("微盟", "Weimob"),
    "wechat": Names("微信", "WeChat"),
    "wecom": Names("企业微信", "WeCom"),
    "xiaohongshu": Names("小红书", "Xiaohongshu"),
    "pdd": Names("拼多多", "Pinduoduo"),
    "vip": Names("唯品会", "Vipshop"),
    "oms": Names("OMS", "OMS"),
}
PAYMENTS: Final[Mapping[str, Names]] = {
    "deposit": Names("定金", "deposit"),
    "balance": Names("尾款", "balance"),
    "cash": Names("现金", "cash"),
    "card": Names("银行卡", "card"),
    "wechat": Names("微信支付", "WeChat Pay"),
    "alipay": Names("支付宝", "Alipay"),
    "stored_principal": Names("储值本金", "stored value"),
    "stored_bonus": Names("储值赠金", "stored bonus"),
    "gift_card": Names("礼品卡", "gift card"),
    "points": Names("积分", "points"),
    "other": Names("其他", "other"),
}


def names_of_fields(stores: Sequence[tuple[str, str]]) -> NamesOfField:
    """Return what people call the values of fields that hold codes; `stores` are code and name."""
    return {
        "store": {code: Names(name, name) for code, name in stores},
        "channel": CHANNELS,
        "payment": PAYMENTS,
    }
