"""Finds a Chromium for the browser tests, or gets one: Debian's, else Playwright's own download."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without the fonts every Chinese glyph is a box in the screenshots.
PACKAGES = ("chromium", "fonts-noto-cjk")
INSTALL_SECONDS_MAX = 900


def find() -> Path | None:
    """Return the browser that is there already."""
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(installed) if installed else _downloaded()


def get() -> Path | None:
    """Return the browser, installed first when there is none; None when none can be had."""
    return find() or _from_debian() or _from_playwright()


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    for step in (("update", "-qq"), ("install", "-y", "-qq", *PACKAGES)):
        if not _runs("apt-get", *step):
            return None
    return find()


def _from_playwright() -> Path | None:
    return (
        _downloaded() if _runs(sys.executable, "-m", "playwright", "install", "chromium") else None
    )


def _downloaded() -> Path | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - Only those who ask need it.

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _runs(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - named programs, without a shell
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            timeout=INSTALL_SECONDS_MAX,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    if get() is None:
        print("NO BROWSER: no Chromium can be had on this machine; the rest is tested without it.")
