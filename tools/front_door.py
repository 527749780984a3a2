"""Import-linter contract: a domain is entered by its front door, its model or its events."""

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

OPEN_TO_ALL = "platform"


class FrontDoorContract(Contract):
    """Refuses an import that reaches past the front door of another domain."""

    # The linter puts the values of pyproject.toml in the place of these fields.
    root = cast("str", fields.StringField())
    open_to = cast("set[str]", fields.SetField(subfield=fields.StringField()))
    public = cast("set[str]", fields.SetField(subfield=fields.StringField()))

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001
        """Find every import that leaks; `verbose` is part of the linter's interface."""
        leaks = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._is_leak(importer, imported)
        ]
        return ContractCheck(kept=not leaks, metadata={"leaks": leaks})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each leak."""
        for importer, imported in check.metadata["leaks"]:
            output.print_error(f"{importer} reaches into {imported}")

    def _is_leak(self, importer: str, imported: str) -> bool:
        own = importer.split(".")[1:2]
        root, *inside = imported.split(".")
        if root != self.root or len(inside) <= 1 or inside[0] == OPEN_TO_ALL:
            return False
        if own == inside[:1] or not own or own[0] in self.open_to:
            return False
        return inside[1] not in self.public
