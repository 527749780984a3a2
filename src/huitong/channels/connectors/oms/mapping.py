"""Packages told by an order management system; never a sale (decision 11)."""

from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.model import Fulfilment, PackedLine, Record

PACKAGES_MAX = 500


def read_packages(payload: Reader, _scopes: Scopes) -> tuple[Record, ...]:
    """Return the packages; each names the selling order by its channel's own number.

    :raises UnreadablePayload: more packages than a page holds, or a field is wrong.
    """
    packages = payload.parts("packages")
    if len(packages) > PACKAGES_MAX:
        problem = f"{len(packages)} packages, a payload holds {PACKAGES_MAX}"
        raise payload.unreadable(at="packages", problem=problem)
    return tuple(_package(package) for package in packages)


def _package(package: Reader) -> Fulfilment:
    return Fulfilment(
        package_no=package.text("package_no"),
        order_no=package.text("order_no"),
        lines=tuple(
            PackedLine(line_id=item.text("line_id"), quantity=item.whole("qty"))
            for item in package.parts("items")
        ),
        store=package.text_or_none("store_code"),
        carrier=package.text_or_none("carrier"),
        shipped_at=package.zoned_time_or_none("shipped_at"),
        signed_at=package.zoned_time_or_none("signed_at"),
        updated_at=package.zoned_time_or_none("updated_at"),
        attributes=package.kept("channel", "shop_code", "tracking_no"),
    )
