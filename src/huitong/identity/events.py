"""What identity tells the domains above."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonsMerged:
    """Everything of `source_id` belongs to `target_id` from now on."""

    merge_id: int
    identity_domain_id: int
    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class PersonsSplit:
    """The merge was undone: `source_id` is a person again, with the identifiers named here."""

    merge_id: int
    identity_domain_id: int
    source_id: int
    target_id: int
    identifier_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonCarved:
    """Identifiers went from one person to another, who may be new; no merge was undone for it.

    What came with them goes along.
    """

    carving_id: int
    identity_domain_id: int
    from_id: int
    to_id: int
    identifier_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IdentifierTakenOut:
    """An identifier proves nothing of `person_id` any more, whose it was until now.

    Whoever only it held together parts for it, of which `PersonCarved` tells; it may part nobody.
    """

    identity_domain_id: int
    person_id: int
    identifier_id: int
