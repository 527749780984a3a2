"""The files of the repository as the tidy tests see them, and how a breach is told."""

import ast
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeAlias

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = PurePosixPath("src/huitong")
NOT_DOMAINS = ("platform", "entry")


@dataclass(frozen=True, slots=True)
class Breach:
    """A place where a rule is broken, and what to do about it."""

    path: str
    line: int
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its place in the repository, its text, its syntax tree."""

    path: PurePosixPath
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        return cls(PurePosixPath(path), text, ast.parse(text, path))

    @property
    def in_product(self) -> bool:
        return self.path.is_relative_to(PACKAGE)

    @property
    def in_tests(self) -> bool:
        return self.path.parts[0] == "tests"

    @property
    def domain(self) -> str:
        """Return the first package below `huitong`, `platform` and `entry` included."""
        inside = self.path.parts[len(PACKAGE.parts) :]
        return inside[0] if self.in_product and len(inside) > 1 else ""

    @property
    def in_domain(self) -> bool:
        return bool(self.domain) and self.domain not in NOT_DOMAINS

    @property
    def role(self) -> str:
        """Return which file of a domain this is: `model`, `tables`, ...; packages count as one."""
        inside = self.path.parts[len(PACKAGE.parts) + 1 :]
        return inside[0].removesuffix(".py") if self.domain and inside else ""

    def lines(self) -> list[str]:
        return self.text.splitlines()

    def breach(self, at: ast.AST | int, remedy: str) -> Breach:
        line = at if isinstance(at, int) else getattr(at, "lineno", 1)
        return Breach(str(self.path), line, remedy)


SourceRule: TypeAlias = Callable[[Source], Iterator[Breach]]


def hold(breaches: Iterable[Breach]) -> None:
    """Fail with one line per breach when there is any."""
    found = list(breaches)
    assert not found, "\n" + "\n".join(map(str, found))


@cache
def kept_files() -> tuple[PurePosixPath, ...]:
    """Return every file that is, or would be, committed."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})
    return tuple(map(PurePosixPath, paths))


@cache
def text_of(path: PurePosixPath) -> str | None:
    """Return the text of a kept file, or None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def sources() -> tuple[Source, ...]:
    """Return every Python file of the repository."""
    return tuple(
        Source.of(str(path), text_of(path) or "") for path in kept_files() if path.suffix == ".py"
    )


@cache
def order_of_domains() -> tuple[frozenset[str], ...]:
    """Return the layers of the import contract, top first; siblings share a layer."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each.get("containers") == ["huitong"])
    return tuple(frozenset(name.strip() for name in layer.split("|")) for layer in layers)


def rank_of(domain: str) -> int:
    """Return how far from the top a domain stands."""
    return next(rank for rank, layer in enumerate(order_of_domains()) if domain in layer)


def domains() -> tuple[str, ...]:
    """Return the domains that exist, `platform` and `entry` not among them."""
    known = frozenset().union(*order_of_domains()) - set(NOT_DOMAINS)
    return tuple(sorted(name for name in known if (ROOT / PACKAGE / name).is_dir()))
