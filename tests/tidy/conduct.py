"""What the source does: clocks, commits, catching, floats, and how the tests treat our own code."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.repository import PACKAGE, Breach, Source

DATABASE = str(PACKAGE / "platform/db.py")
CLOCK = str(PACKAGE / "platform/clock.py")

# Who else may end a transaction, and why.
COMMITS_ELSEWHERE = {
    str(PACKAGE / "entry/migrations/env.py"): "Alembic runs each migration in its own transaction.",
}
# Who may catch everything below `entry`, and why.
CATCHES_ALL = {
    str(PACKAGE / "platform/pipeline.py"): "One bad record must not fail the good ones.",
    str(PACKAGE / "channels/connectors/file/reading.py"): (
        "The reading thread hands its error over; it is raised where the items are taken."
    ),
}
WALL_CLOCKS = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
    }
)
STOP_WATCHES = frozenset({"time.monotonic", "time.monotonic_ns", "time.perf_counter"})
READS_CLOCK = frozenset({"routes", "jobs"})
EXACT_DOMAINS = frozenset({"ledger", "loyalty", "orders"})
EXACT_FILES = frozenset({str(PACKAGE / "platform/money.py")})
SILENCED = re.compile(
    r"#\s*(?:noqa(?::\s*\w+(?:,\s*\w+)*)?|type:\s*ignore(?:\[[\w,\s-]+\])?)"
    r"(?P<why>\s+[-–#]+\s*\w.*)?"
)
ENDS_TRANSACTION = re.compile(r"(?<!ON )\b(COMMIT|ROLLBACK)\b")


def wall_clock_is_read_in_one_place(source: Source) -> Iterator[Breach]:
    if str(source.path) == CLOCK:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and last_two(node) in WALL_CLOCKS:
            remedy = f"`{last_two(node)}` reads the clock; take `now` as an argument."
            yield source.breach(node, remedy)


def stop_watch_stays_out_of_domains(source: Source) -> Iterator[Breach]:
    if source.in_domain and source.role != "connectors":
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and last_two(node) in STOP_WATCHES:
                yield source.breach(node, "A domain measures no time; do it in platform or entry.")


def clock_is_imported_at_the_edge(source: Source) -> Iterator[Breach]:
    if not source.in_domain or source.role in READS_CLOCK:
        return
    for node in ast.walk(source.tree):
        if "clock" in imported_from(node, "huitong.platform"):
            remedy = "Only entry, routes and jobs read the clock; take `now` as an argument."
            yield source.breach(node, remedy)


def transaction_ends_in_one_place(source: Source) -> Iterator[Breach]:
    if not source.in_product or str(source.path) in {DATABASE, *COMMITS_ELSEWHERE}:
        return
    remedy = "Only platform/db.py ends a transaction; the edge opens it, the block's end commits."
    spoken = docstrings(source.tree)
    for node in ast.walk(source.tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        said = node.value if isinstance(node, ast.Constant) and id(node) not in spoken else ""
        if called.endswith((".commit", ".rollback")) or ENDS_TRANSACTION.search(str(said)):
            yield source.breach(node, remedy)


def nothing_is_swallowed(source: Source) -> Iterator[Breach]:
    exempt = source.domain == "entry" or str(source.path) in CATCHES_ALL
    if not source.in_product or exempt:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not raises_again(node):
            remedy = "Catch what you can handle by name, or clean up and `raise`."
            yield source.breach(node, remedy)


def value_is_counted_exactly(source: Source) -> Iterator[Breach]:
    if source.domain not in EXACT_DOMAINS and str(source.path) not in EXACT_FILES:
        return
    for node in ast.walk(source.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id == "float"):
            remedy = "No float near money and points: fen, whole points, Decimal or Fraction."
            yield source.breach(node, remedy)


def our_own_code_is_not_mocked(source: Source) -> Iterator[Breach]:
    if not source.in_tests:
        return
    ours = names_imported_from_huitong(source.tree)
    for node in ast.walk(source.tree):
        if any("mock" in name for name in imported_modules(node)):
            yield source.breach(node, "No mocks: use the real database and the real code.")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("patch.setattr"):
            target = ast.unparse(node.args[0]).strip("'\"") if node.args else ""
            if target.partition(".")[0] in ours | {"huitong"}:
                yield source.breach(node, "Our own code is not patched; pass in what differs.")


def skip_says_why(source: Source) -> Iterator[Breach]:
    if not source.in_tests:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            reason = bool(node.args) or any(word.arg == "reason" for word in node.keywords)
            if name in {"pytest.skip", "pytest.mark.skip", "pytest.mark.xfail"} and not reason:
                yield source.breach(node, f"`{name}` must say why and when it goes.")
        elif isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if ast.unparse(decorator) in {"pytest.mark.skip", "pytest.mark.xfail"}:
                    yield source.breach(decorator, "A skipped test must say why and when it goes.")


def exception_says_why(source: Source) -> Iterator[Breach]:
    if source.in_product:
        for number, line in enumerate(source.lines(), start=1):
            found = SILENCED.search(line)
            if found and not found["why"]:
                remedy = f"Say why after “{found[0].strip()}”: “ - because ...”; or mend the cause."
                yield source.breach(number, remedy)


CONDUCT_RULES = (
    wall_clock_is_read_in_one_place,
    stop_watch_stays_out_of_domains,
    clock_is_imported_at_the_edge,
    transaction_ends_in_one_place,
    nothing_is_swallowed,
    value_is_counted_exactly,
    our_own_code_is_not_mocked,
    skip_says_why,
    exception_says_why,
)


def last_two(node: ast.Attribute) -> str:
    return ".".join(ast.unparse(node).split(".")[-2:])


def imported_from(node: ast.AST, module: str) -> set[str]:
    """Return the names a statement imports out of `module`."""
    if isinstance(node, ast.ImportFrom):
        if node.module == module:
            return {name.name for name in node.names}
        if node.module and node.module.startswith(f"{module}."):
            return {node.module.removeprefix(f"{module}.").partition(".")[0]}
    if isinstance(node, ast.Import):
        whole = {name.name for name in node.names if name.name.startswith(f"{module}.")}
        return {name.removeprefix(f"{module}.").partition(".")[0] for name in whole}
    return set()


def imported_modules(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {name.name for name in node.names}
    if isinstance(node, ast.ImportFrom):
        return {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    return set()


def names_imported_from_huitong(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "huitong":
            names |= {name.asname or name.name for name in node.names}
    return names


def docstrings(tree: ast.Module) -> set[int]:
    """Return the identities of the constants that are docstrings."""
    holders = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr):
            found.add(id(node.body[0].value))
    return found


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(each) in {"Exception", "BaseException"} for each in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
