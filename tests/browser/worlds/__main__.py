"""Fills the database of the settings with the worlds that the browser tests look at.

A process of its own, so that it holds the same keys as the server that shows them.
"""

import tempfile
from pathlib import Path

from huitong.entry.cli import opening
from huitong.platform import clock
from huitong.platform.db import Scope
from tests.browser.worlds import brands, files, members, people, users

GROUP_ID = 1


def main() -> None:
    """Fill everything, in the order in which it builds on what was there before."""
    scope, now = Scope(GROUP_ID), clock.now()
    with opening.opened() as platform:
        made = members.fill(platform, scope, now=now)
        people.fill(platform, scope, now=now)
        with tempfile.TemporaryDirectory() as folder:
            files.fill(platform, scope, Path(folder), now=now)
        users.fill(platform, scope, made, now=now)
        users.refresh(platform, made, now=now)
        brands.fill(platform, scope, made.brand, now=now)


if __name__ == "__main__":
    main()
