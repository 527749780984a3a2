"""What every bench shares: the machine, the clock, memory and CPU by process, the result file."""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import psutil

from huitong.platform import clock

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
SAMPLE_SECONDS = 0.5
CPU_INFO = Path("/proc/cpuinfo")
MEBIBYTE = 1 << 20

Json: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure beside what it should be; `at_most` turns the comparison round."""

    name: str
    found: float
    wanted: float
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Tell whether the figure is as good as wanted."""
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted

    def shown(self) -> Json:
        """Return the target as the result file keeps it; a missed one says so."""
        return {
            "name": self.name,
            "found": self.found,
            "at_most" if self.at_most else "at_least": self.wanted,
            "met": self.is_met,
        }

    def __str__(self) -> str:
        sign = "at most" if self.at_most else "at least"
        verdict = "met" if self.is_met else "MISSED"
        return f"{verdict}: {self.name} {self.found:,g}, wanted {sign} {self.wanted:,g}"


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a bench said of itself, and the memory it and the server took.

    `memory_mb_max` holds the peaks, sampled, of the part's process alone (`process`) and of it with
    the server (`with_server`); memory that processes share is counted once.
    """

    said: Mapping[str, Any]
    memory_mb_max: Mapping[str, int]


def machine(postgresql: str) -> Json:
    """Return what the figures were measured on; `postgresql` is the server's version."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": f"{platform.system()} {platform.release()}",
        "postgresql": postgresql,
        "python": platform.python_version(),
        "load_at_start": [round(one, 2) for one in os.getloadavg()],
    }


def keep(name: str, figures: Json, *, on: Json, targets: Sequence[Target] = ()) -> Path:
    """Write `results/<name>.json` and return where it is; figures of a part run go beside it.

    The command is the one that was typed, so the figures can be had again.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    kept = {
        "bench": name,
        "date": clock.now().date().isoformat(),
        "command": command(),
        "machine": on,
        "targets": [target.shown() for target in targets],
        "figures": figures,
    }
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for target in targets:
        print(f"  {target}")
    return path


def command() -> str:
    """Return the command line of this process as it would be typed in the repository."""
    module = Path(sys.argv[0]).stem
    name = "bench" if module == "__main__" else f"bench.{module}"
    return " ".join(["python -m", name, *sys.argv[1:]])


def run_part(module: str, arguments: Sequence[str], *, server_pid: int) -> Part:
    """Run a part of a bench as a process of its own, so that its memory is its own.

    The part writes what it found to the file that it is given as `--found`.

    :raises RuntimeError: when the part fails; it has said why.
    """
    with tempfile.TemporaryDirectory(prefix="huitong-bench-part-") as folder:
        found = Path(folder) / "found.json"
        line = [sys.executable, "-m", module, *arguments, "--found", str(found)]
        started = subprocess.Popen(line, cwd=ROOT)  # noqa: S603 - our own benches
        peaks = _peaks_until_end(started, server_pid)
        if started.wait() != 0:
            message = f"The part {module} {' '.join(arguments)} failed."
            raise RuntimeError(message)
        return Part(json.loads(found.read_text("utf-8")), peaks)


def resident_mb_max() -> int:
    """Return the most memory this process has ever had, as the system counts it."""
    unit = 1 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // MEBIBYTE


def cpu_of_tree(root: int) -> float:
    """Return the CPU seconds of a process, of its children, and of children that have ended."""
    total = 0.0
    whole = psutil.Process(root)
    for process in [whole, *whole.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            if process.pid == root:
                total += times.children_user + times.children_system
    return total


def cpu_of_thread(native_id: int) -> float:
    """Return the CPU seconds of a thread of this process; 0 once it has ended."""
    try:
        threads = psutil.Process().threads()
    except psutil.AccessDenied:  # macOS tells only root.
        return 0.0
    found = next((one for one in threads if one.id == native_id), None)
    return found.user_time + found.system_time if found else 0.0


def _peaks_until_end(started: "subprocess.Popen[bytes]", server_pid: int) -> dict[str, int]:
    peaks = {"process": 0, "with_server": 0}
    while started.poll() is None:
        mine = _proportional(started.pid)
        peaks["process"] = max(peaks["process"], mine)
        peaks["with_server"] = max(peaks["with_server"], mine + _proportional(server_pid))
        with suppress(subprocess.TimeoutExpired):
            started.wait(SAMPLE_SECONDS)
    return peaks


def _proportional(root: int) -> int:
    """Return the megabytes of a process and its children, what they share counted in parts."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(root)
        for each in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                found = each.memory_full_info()
                total += int(getattr(found, "pss", found.uss))
    return total // MEBIBYTE


def _cpu_name() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
