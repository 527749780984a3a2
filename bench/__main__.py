"""Runs every bench, or those that are named, one after another, each as a process of its own.

`python -m bench` runs all; `python -m bench import_orders --households 100` hands what follows
the name to that bench. Figures go to `bench/results`. It ends with 1 when one found a fault.
"""

import subprocess
import sys
from collections.abc import Sequence

from bench.measuring import ROOT

BENCHES = (
    "import_orders",
    "earn",
    "jobs",
    "identity",
    "lake",
    "models",
    "audiences",
    "tags",
    "undo",
    "front_ends",
)


def main(words: Sequence[str]) -> int:
    """Run the named bench with its options, or all benches, and return how the process ends."""
    named = [word for word in words if not word.startswith("-")]
    if named and named[0] not in BENCHES:
        print(f"There is no bench “{named[0]}”; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    if words and not named:
        print("Name the bench that the options are for.", file=sys.stderr)
        return 2
    runs = [(words[0], words[1:])] if words else [(bench, ()) for bench in BENCHES]
    return max([_run(bench, options) for bench, options in runs])


def _run(bench: str, options: Sequence[str]) -> int:
    print(f"== {bench} ==", flush=True)
    line = [sys.executable, "-m", f"bench.{bench}", *options]
    ended = subprocess.run(line, cwd=ROOT, check=False)  # noqa: S603 - our own benches
    return int(ended.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
