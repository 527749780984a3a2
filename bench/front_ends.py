"""How much a phone and a desk have to fetch: the compressed bytes of each app and of each page.

Counted from the build's own manifest, as the server sends the files (gzip): what an app fetches
before it can show anything, with the texts of the larger language, and what each page of the
console adds to that. The sizes are exact; nothing is timed. Run `make web` first.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, Target, keep, machine

BUILT = ROOT / "src" / "huitong" / "_web"
KILOBYTE = 1_000
# What somebody who signs in sees first.
HOME = "src/console/pages/home/Home.tsx"
KILOBYTES_MAX = {"console": 500, "guide": 200, "member": 200}
LANGUAGES = ("zh-CN", "en-US")
# What `startTexts` of each app fetches before its first page; Ant Design brings words of its own.
TEXTS = {
    "console": ("common", "console", "refusals", "home"),
    "guide": ("phone", "guide"),
    "member": ("phone", "member"),
}
WORDS = {
    "zh-CN": "node_modules/antd/es/locale/zh_CN.js",
    "en-US": "node_modules/antd/es/locale/en_US.js",
}


def measure(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return kilobytes of the first load by app and language, and of what each page adds."""
    apps = {
        app: {language: _kilobytes(_first(manifest, app, language)) for language in LANGUAGES}
        for app in TEXTS
    }
    shell = _first(manifest, "console", LANGUAGES[0])
    pages = {
        name.removeprefix("src/console/pages/").removesuffix(".tsx"): _kilobytes(
            _files(manifest, name) - shell
        )
        for name in sorted(manifest)
        if name.startswith("src/console/pages/")
    }
    return {"first_load_kb": apps, "console_page_adds_kb": pages}


def _first(manifest: Mapping[str, Any], app: str, language: str) -> set[str]:
    """Return the files that an app fetches before it can show its first page."""
    wanted = [f"{app}/index.html"]
    wanted += [f"src/locales/{language}/{text}.json" for text in TEXTS[app]]
    wanted += [WORDS[language], HOME] if app == "console" else []
    return set().union(*(_files(manifest, name) for name in wanted if name in manifest))


def _files(manifest: Mapping[str, Any], name: str) -> set[str]:
    """Return a chunk's file and style sheets with those of everything that it imports."""
    found: set[str] = set()
    open_names, seen = [name], set[str]()
    while open_names:
        one = open_names.pop()
        if one in seen:
            continue
        seen.add(one)
        found |= {manifest[one]["file"], *manifest[one].get("css", ())}
        open_names += manifest[one].get("imports", ())
    return found


def _kilobytes(files: set[str]) -> float:
    compressed = sum(len(gzip.compress((BUILT / file).read_bytes())) for file in files)
    return round(compressed / KILOBYTE, 1)


def main(words: Sequence[str]) -> int:
    """Measure what was built and keep the figures; return 1 when nothing was built."""
    argparse.ArgumentParser(prog="python -m bench front_ends", description=__doc__).parse_args(
        words
    )
    path = Path(BUILT / ".vite" / "manifest.json")
    if not path.exists():
        print("Nothing is built: run `make web` first.", file=sys.stderr)
        return 1
    figures = measure(json.loads(path.read_text("utf-8")))
    targets = [
        Target(
            name=f"first load of the {app}, in kilobytes (gzip)",
            found=max(figures["first_load_kb"][app].values()),
            wanted=KILOBYTES_MAX[app],
            at_most=True,
        )
        for app in KILOBYTES_MAX
    ]
    keep("front_ends", figures, on=machine("none"), targets=targets)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
