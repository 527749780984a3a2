"""What the source looks like: lengths, names, the files of a domain, signatures, docstrings."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tests.tidy.repository import PACKAGE, ROOT, Breach, Source, domains

# Both only ever go down.
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
README_LINES_MAX = 60

EMPTY_WORDS = frozenset(
    {"util", "utils", "helper", "helpers", "manager", "base", "common", "service", "services"}
)
# A class that carries an empty word because the trade itself does; the glossary explains each.
TRADE_NAMES = frozenset({"EarningBase"})

ANATOMY = frozenset(
    {"__init__", "model", "events", "rules", "tables", "queries", "operations", "routes", "jobs"}
)
# Folders of a domain that hold documents: mappings of files, definitions of metrics, packs of tags.
DOCUMENTS = frozenset({"connectors", "definitions", "packs"})
MORE_ANATOMY = {
    "channels": frozenset({"connectors"}),
    "identity": frozenset({"graph"}),
    "segments": frozenset({"engine"}),
}

# Technical names that end in a number by themselves.
NUMBERED_WORDS = frozenset({"utf8", "base64", "base32", "int8", "int16", "int32", "int64", "ipv4"})
NUMBERED = re.compile(r"[a-z][a-z_]*?_?\d{1,2}")

WANTED_TX = {"operations": "Tx", "queries": "ReadTx"}
BATCH = re.compile(r"(Sequence|Collection|Iterable|Mapping|Set|frozenset|list|tuple|dict|Page)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def file_is_short(source: Source) -> Iterator[Breach]:
    count = len(source.lines())
    if count > FILE_LINES_MAX:
        remedy = f"{count} lines; more than {FILE_LINES_MAX} becomes a package of the same name."
        yield source.breach(FILE_LINES_MAX, remedy)


def function_is_short(source: Source) -> Iterator[Breach]:
    for function in functions(source.tree):
        count = (function.end_lineno or function.lineno) - function.lineno + 1
        if count > FUNCTION_LINES_MAX:
            remedy = (
                f"`{function.name}` has {count} lines of at most {FUNCTION_LINES_MAX}; split it."
            )
            yield source.breach(function, remedy)


def name_says_something(source: Source) -> Iterator[Breach]:
    for word in words_of(source.path.stem) & EMPTY_WORDS:
        yield source.breach(1, f"A module named “{word}” says nothing; name what it holds.")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name not in TRADE_NAMES:
            for word in words_of(node.name) & EMPTY_WORDS:
                yield source.breach(node, f"`{node.name}`: “{word}” says nothing; name the thing.")


def variable_is_not_numbered(source: Source) -> Iterator[Breach]:
    if not source.in_tests:
        return
    for node in ast.walk(source.tree):
        name = bound_name(node)
        if name and name not in NUMBERED_WORDS and NUMBERED.fullmatch(name):
            yield source.breach(node, f"`{name}` is numbered; say what is particular about it.")


def domain_has_the_anatomy(source: Source) -> Iterator[Breach]:
    if source.in_domain:
        allowed = ANATOMY | MORE_ANATOMY.get(source.domain, frozenset())
        if source.role not in allowed:
            remedy = f"`{source.role}` is no file of a domain; put it into one of: "
            yield source.breach(1, remedy + ", ".join(sorted(allowed)) + ".")


def front_door_is_listed(source: Source) -> Iterator[Breach]:
    if source.in_domain and source.path.name == "__init__.py" and source.role == "__init__":
        names = {bound_name(node) for node in ast.walk(source.tree)}
        exported = any(isinstance(node, ast.ImportFrom) for node in source.tree.body)
        if ast.get_docstring(source.tree) is None:
            yield source.breach(1, "The front door needs a docstring of one sentence.")
        if exported and "__all__" not in names:
            yield source.breach(1, "The front door lists what it offers in `__all__`.")


def docstring_is_one_sentence(source: Source) -> Iterator[Breach]:
    if not source.in_product:
        return
    for function in public_functions(source.tree):
        first = (ast.get_docstring(function) or "").partition("\n")[0]
        if not first:
            remedy = f"`{function.name}` needs a docstring: “This function will ...”."
            yield source.breach(function, remedy)
        elif not first.endswith(".") or re.search(r"[.!?]\s+[A-Z]", first):
            remedy = f"The first line of `{function.name}`'s docstring must be one whole sentence."
            yield source.breach(function, remedy)


def operation_takes_keywords(source: Source) -> Iterator[Breach]:
    if not source.in_domain or source.role not in {"operations", "queries"}:
        return
    in_package = len(source.path.parts) > len(PACKAGE.parts) + 2
    for function in public_functions(source.tree):
        # The modules of a package share functions among themselves; its front door does not.
        if in_package and function.name not in front_door(source.domain):
            continue
        first, *others = [*function.args.posonlyargs, *function.args.args] or [ast.arg("nothing")]
        if first.arg != "tx" or annotation(first) != WANTED_TX[source.role]:
            remedy = (
                f"`{function.name}` of {source.role} takes `tx: {WANTED_TX[source.role]}` first."
            )
            yield source.breach(function, remedy)
            continue
        # One subject may follow, the batch as a rule; a handler of batches also takes `now`.
        takes_batch = bool(others) and bool(BATCH.match(annotation(others[0])))
        with_now = takes_batch and [each.arg for each in others[1:2]] == ["now"]
        for argument in others[2 if with_now else 1 :]:
            remedy = f"`{argument.arg}` of `{function.name}` must be keyword-only (after `*`)."
            yield source.breach(argument, remedy)


def arguments_are_named(source: Source) -> Iterator[Breach]:
    if source.in_product:
        for function in public_functions(source.tree):
            if function.args.kwarg is not None:
                remedy = f"`{function.name}` takes `**{function.args.kwarg.arg}`; name them."
                yield source.breach(function, remedy)


def model_is_frozen(source: Source) -> Iterator[Breach]:
    if not source.in_domain or source.role not in {"model", "events"}:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and not node.bases:
            for decorator in node.decorator_list:
                said = ast.unparse(decorator)
                if said.startswith("dataclass") and "frozen=True" not in said:
                    yield source.breach(node, f"`{node.name}` must be a frozen dataclass.")


def refusal_code_names_its_domain(source: Source) -> Iterator[Breach]:
    if not source.in_product:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "ClassVar[str]":
            is_code = isinstance(node.target, ast.Name) and node.target.id == "code"
            if is_code and isinstance(node.value, ast.Constant):
                said = str(node.value.value)
                wanted = "platform" if source.domain == "entry" else source.domain
                if not said.startswith(f"{wanted}."):
                    remedy = f"The code “{said}” must start with “{wanted}.”."
                    yield source.breach(node, remedy)


SHAPE_RULES = (
    file_is_short,
    function_is_short,
    name_says_something,
    variable_is_not_numbered,
    domain_has_the_anatomy,
    front_door_is_listed,
    docstring_is_one_sentence,
    operation_takes_keywords,
    arguments_are_named,
    model_is_frozen,
    refusal_code_names_its_domain,
)


def domain_readmes(root_domains: tuple[str, ...] | None = None) -> Iterator[Breach]:
    """Yield the domains whose README is missing or longer than a newcomer will read."""
    for domain in domains() if root_domains is None else root_domains:
        path = PACKAGE / domain / "README.md"
        if not (ROOT / path).is_file():
            remedy = "Write it: nouns, invariants, events in and out, what it refuses to know."
            yield Breach(str(path), 1, remedy)
        elif (count := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > (
            README_LINES_MAX
        ):
            yield Breach(str(path), count, f"{count} lines; a domain's README has 60 at most.")


def stray_files(paths: tuple[PurePosixPath, ...]) -> Iterator[Breach]:
    """Yield files in a domain that are neither Python nor its README."""
    for path in paths:
        inside = path.parts[len(PACKAGE.parts) :]
        if not path.is_relative_to(PACKAGE) or len(inside) < 2 or inside[0] not in domains():
            continue
        if path.suffix != ".py" and inside[1:] != ("README.md",) and inside[1] not in DOCUMENTS:
            yield Breach(str(path), 1, "A domain holds Python and its README.md only.")


@cache
def front_door(domain: str) -> frozenset[str]:
    """Return the names that a domain offers to others."""
    path = ROOT / PACKAGE / domain / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    return frozenset(
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    )


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_functions(tree: ast.Module) -> Iterator[Function]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield node


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def annotation(argument: ast.arg) -> str:
    return "" if argument.annotation is None else ast.unparse(argument.annotation).strip("'\"")


def bound_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.arg if isinstance(node, ast.arg) else ""
