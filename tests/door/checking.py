"""Checks a file and tells what became of it and how much memory the process took at most."""

import resource
import sys
from pathlib import Path

from huitong.channels.connectors.file import Import, Mapping, check_file
from huitong.channels.model import RecordKind
from tests.channels.make import make_account


def main(path: Path, mapping: Mapping | None) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = check_file(Import(path, RecordKind.ORDER, make_account(1), mapping)).report
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(f"{report.applied} {report.refused} {grown * 1024}\n")


if __name__ == "__main__":
    from tests.door.test_bad_input import till

    main(Path(sys.argv[1]), till() if sys.argv[2] else None)
