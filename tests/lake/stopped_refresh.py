"""A refresh that stops before it publishes its manifest, for a test that kills it there."""

import sys
import time
from datetime import datetime
from pathlib import Path

from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.db import Database
from huitong.platform.lake import Folder, Place
from tests.lake.shop import SMALL


class StoppingFolder(Folder):
    """A folder that never stores a manifest."""

    def put_new(self, name: str, content: bytes) -> bool:
        """Say that everything else is there, and wait for the end."""
        with self.drafting():
            print("before the manifest", flush=True)  # noqa: T201 - To the test.
            time.sleep(600)
        return super().put_new(name, content)


def main() -> None:
    """Refresh a lake and stop."""
    url, path, group_id, brand_id, zone, now = sys.argv[1:]
    lake.refresh(
        Database(url),
        StoppingFolder(Path(path)),
        Place(int(group_id), int(brand_id), zone),
        CATALOGUE,
        now=datetime.fromisoformat(now),
        sizes=SMALL,
    )


if __name__ == "__main__":
    main()
