"""What the database must hold: keys, policies, grants, owners, and where foreign keys point."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from huitong.platform import rls
from tests.tidy.catalog import (
    EVERYBODY,
    STORED_VIEW,
    VAULT,
    VIEW,
    Catalog,
    Column,
    Function,
    Relation,
    rank_of_schema,
    schemas,
)
from tests.tidy.repository import Breach

CatalogRule: TypeAlias = Callable[[Catalog], Iterator[Breach]]

# Tables that hold no group's data.
OF_NO_GROUP = frozenset({"platform.alembic_version"})
# Tables that the worker sees across groups, to learn in whose scope to work next.
QUEUES = frozenset({"platform.job", "platform.outbox"})
# Tables that only grow: no grant and no owner changes or deletes a row.
ONLY_GROW = frozenset(
    {
        "customers.consent",
        "ledger.entry",
        "ledger.lot_use",
        "ledger.operation",
        "platform.audit_entry",
    }
)
# Tables whose rows the app or the worker may delete, and why.
MAY_DELETE: Mapping[str, str] = {
    "channels.body": "A raw record is dropped when its days are over.",
    "channels.text_copy": "It says where in a page a text stands, and goes with the page.",
    "customers.searched_name": "Whose name is not known any more is not found by it.",
    "identity.tombstone": "It expires by itself.",
    "ledger.operation_note": "Erasing a person takes the free text away, not the fact.",
    "orders.party": "A newer version of an order names its parties anew.",
    "orders.waiting": "Erasing a person takes what waited for their orders.",
    "platform.job": "What was done with is let go; what failed is kept.",
    "platform.outbox": "What was delivered is let go; what was given up is kept.",
    "platform.guide_phone": "A number that is a guide's no more is forgotten.",
    "platform.phone_code": "A code whose time is over is forgotten.",
    "platform.role": "A role that nobody holds can go; the audit keeps what it was.",
    "platform.session": "What ended months ago is let go; the audit keeps who signed in.",
    "platform.sign_in_tries": "Tries in vain are forgotten after a day.",
    "platform.user_role": "A role that is taken back opens nothing; the audit keeps it.",
    "segments.bitmap": "What no kept version sees is swept; what never was published is dropped.",
    "segments.bitmap_version": "The same, once no row comes from it.",
    "segments.snapshot": "A day of a segment is dropped when it is kept no longer.",
    "segments.snapshot_part": "The same, with the day.",
    "segments.tag_given": "Erasing a person takes what was said of them by hand.",
    "vault.day_key": "Deleting the key forgets a day of raw records.",
    "vault.person_key": "Deleting the key forgets a person.",
    "vault.upload_key": "Deleting the key forgets an uploaded file.",
}
# Functions that run with their owner's rights, and why.
RUNS_AS_OWNER: Mapping[str, str] = {
    "org.groups_of_brand": "A member's page names its brand before there is a scope.",
    "platform.find_guide": "It finds the scope, so it runs before there is one.",
    "platform.find_console_user": "It finds the scope, so it runs before there is one.",
    "platform.find_machine_key": "It finds the scope, so it runs before there is one.",
    "platform.find_session": "It finds the scope, so it runs before there is one.",
    "platform.latest_recurring": "It tells who sees some brands how the group's work stands.",
    "org.all_group_ids": "The worker serves every group and is shown none.",
}
# Keys that hold over all groups, and why.
OVER_ALL_GROUPS: Mapping[str, str] = {
    "platform.guide_phone_key": "It is told at the door, before a group is known.",
    "platform.console_user_name": "It is said at the door, before a group is known.",
}
SMALL_AND_THERE = Column("smallint", required=True, computed=False)
WORKING_ROLES = (rls.APP, rls.WORKER)
ROLES = (*WORKING_ROLES, rls.READER, EVERYBODY)
WRONG_TYPES: Mapping[str, str] = {
    "real": "integers or numeric; no float is exact",
    "double precision": "integers or numeric; no float is exact",
    "money": "bigint fen",
    "timestamp without time zone": "timestamptz",
    "time with time zone": "timestamptz",
    "character varying": "text with a CHECK",
    "character": "text with a CHECK",
    "json": "jsonb, or bytea where bytes must stay",
}
TYPE_BY_ENDING: Mapping[str, frozenset[str]] = {
    "_at": frozenset({"timestamp with time zone"}),
    "_on": frozenset({"date"}),
    "_minor": frozenset({"bigint"}),
    "_points": frozenset({"bigint"}),
}


def of_groups(catalog: Catalog) -> Iterator[Relation]:
    """Yield the tables that hold groups' data, partitions not among them."""
    for table in catalog.tables():
        if table.full_name not in OF_NO_GROUP:
            yield table


def table_stands_in_a_domain(catalog: Catalog) -> Iterator[Breach]:
    for relation in catalog.relations.values():
        if relation.schema not in schemas():
            yield relation.breach("Put it into the schema of its domain.")


def table_belongs_to_the_owner(catalog: Catalog) -> Iterator[Breach]:
    things: list[Relation | Function] = [*catalog.relations.values(), *catalog.functions]
    for thing in things:
        if thing.owner != rls.OWNER:
            yield thing.breach(f"It belongs to {thing.owner}; migrations run as {rls.OWNER}.")


def row_belongs_to_a_group(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        group = table.columns.get("group_id")
        if group is None or not group.required or group.type != "bigint":
            yield table.breach("It needs `group_id bigint NOT NULL`.")
        brand = table.columns.get("brand_id")
        if brand is not None and brand.type != "bigint":
            yield table.breach("Its brand_id must be bigint.")
        if table.hot and table.columns["bucket"] != SMALL_AND_THERE:
            yield table.breach("Its bucket must be `smallint NOT NULL`.")


def key_starts_with_the_group(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        if not any(key.primary for key in table.keys):
            yield table.breach("It needs a primary key.")
        for key in table.keys:
            over_all = f"{table.schema}.{key.name}" in OVER_ALL_GROUPS
            if key.columns[:1] != ("group_id",) and not over_all:
                remedy = f"Key {key.name} must start with group_id, or it tells of other groups."
                yield table.breach(remedy)


def hot_key_holds_the_bucket(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        for key in table.keys if table.hot else ():
            if key.primary and key.columns[:2] != ("group_id", "bucket"):
                yield table.breach("The primary key of a hot table is (group_id, bucket, ...).")
            if "bucket" not in key.columns:
                yield table.breach(f"Key {key.name} of a hot table must contain the bucket.")


def foreign_key_stays_in_the_group(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        for key in table.foreign_keys:
            if ("group_id", "group_id") not in key.pairs:
                yield table.breach(f"Foreign key {key.name} must pair group_id with group_id.")
            target = catalog.relations[key.target]
            if table.hot and target.hot and ("bucket", "bucket") not in key.pairs:
                yield table.breach(f"Foreign key {key.name} must pair bucket with bucket.")


def foreign_key_points_downwards(catalog: Catalog) -> Iterator[Breach]:
    for table in catalog.tables():
        for key in table.foreign_keys:
            target = catalog.relations[key.target].schema
            if target != table.schema and not is_below(target, table.schema):
                remedy = f"Foreign key {key.name} points to {key.target}, which is not below."
                yield table.breach(remedy)


def is_below(schema: str, other: str) -> bool:
    return {schema, other} <= schemas() and rank_of_schema(schema) > rank_of_schema(other)


def row_level_security_is_on(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        if not table.secured:
            yield table.breach("Close it with `secure()` of platform/rls.py.")


def policy_has_the_one_form(catalog: Catalog) -> Iterator[Breach]:
    for table in of_groups(catalog):
        by_brand = "brand_id" in table.columns
        wanted = catalog.brand_policy if by_brand else catalog.group_policy
        names = {policy.name for policy in table.policies}
        expected = {"scope", "queue"} if table.full_name in QUEUES else {"scope"}
        if names != expected:
            remedy = f"Its policies are {sorted(names)} instead of {sorted(expected)}."
            yield table.breach(remedy)
        for policy in table.policies:
            if policy.name == "scope":
                if (policy.using, policy.check) != (wanted, wanted):
                    remedy = f"Its policy is not that of `secure(brand={by_brand})`; use it."
                    yield table.breach(remedy)
                if policy.roles != (EVERYBODY,):
                    yield table.breach("Its policy must hold for every role.")
            elif policy.name == "queue" and policy.roles != (rls.WORKER,):
                yield table.breach(f"Its queue is open to {policy.roles}, not the worker alone.")


def view_asks_as_its_caller(catalog: Catalog) -> Iterator[Breach]:
    for relation in catalog.relations.values():
        if relation.kind == VIEW:
            if not relation.invoker:
                yield relation.breach("Make it WITH (security_invoker = true).")
            if not relation.name.startswith("v_"):
                yield relation.breach("The name of a published view starts with v_.")


def partition_is_reached_through_its_table(catalog: Catalog) -> Iterator[Breach]:
    for relation in catalog.relations.values():
        granted = relation.privileges(*ROLES)
        if granted and (relation.partition or relation.kind == STORED_VIEW):
            yield relation.breach(f"Revoke {sorted(granted)}: policies are not asked here.")


def grants_are_few(catalog: Catalog) -> Iterator[Breach]:
    for relation in catalog.relations.values():
        if relation.privileges(EVERYBODY):
            yield relation.breach("Nothing is granted to PUBLIC.")
        if any(privilege.endswith("of a column") for _, privilege in relation.grants):
            yield relation.breach("Grant whole tables; a rule about columns is a CHECK.")
        strangers = {grantee for grantee, _ in relation.grants} - set(ROLES)
        if strangers:
            yield relation.breach(f"{sorted(strangers)} have no business here.")
        if relation.is_table:
            yield from table_grants(relation)


def table_grants(table: Relation) -> Iterator[Breach]:
    allowed = {"SELECT", "INSERT", "UPDATE"}
    if table.full_name in MAY_DELETE:
        allowed.add("DELETE")
    if extra := table.privileges(*WORKING_ROLES) - allowed:
        remedy = f"Revoke {sorted(extra)}, or name the table and the reason in MAY_DELETE."
        yield table.breach(remedy)
    if extra := table.privileges(rls.READER) - {"SELECT"}:
        yield table.breach(f"The reader only reads; revoke {sorted(extra)}.")
    if table.schema == VAULT and table.privileges(rls.READER):
        yield table.breach("The reader sees no key of the vault; secure it with reader=False.")


def growing_table_refuses_change(catalog: Catalog) -> Iterator[Breach]:
    known = {relation.schema for relation in catalog.tables()}
    for name in sorted(ONLY_GROW):
        table = catalog.relations.get(name)
        if table is None:
            if name.partition(".")[0] in known:
                yield Breach(__file__, 1, f"{name} in ONLY_GROW does not exist; name the new one.")
            continue
        if extra := table.privileges(*ROLES) & {"UPDATE", "DELETE", "TRUNCATE"}:
            yield table.breach(f"It only grows; revoke {sorted(extra)}.")
        refused: set[str] = set().union(*(trigger.before for trigger in table.triggers))
        if missing := {"UPDATE", "DELETE", "TRUNCATE"} - refused:
            yield table.breach(f"It only grows; a trigger must refuse {sorted(missing)}.")


def function_has_its_callers_rights(catalog: Catalog) -> Iterator[Breach]:
    for function in catalog.functions:
        if function.definer:
            if function.full_name not in RUNS_AS_OWNER:
                yield function.breach("It is SECURITY DEFINER; name it and why in RUNS_AS_OWNER.")
            if not any(setting.startswith("search_path=") for setting in function.settings):
                yield function.breach("A SECURITY DEFINER function sets its own search_path.")
            if function.public:
                yield function.breach("Revoke it from PUBLIC; grant it to who needs it.")


def column_has_the_type_of_its_name(catalog: Catalog) -> Iterator[Breach]:
    for table in catalog.tables():
        for name, column in table.columns.items() if table.full_name not in OF_NO_GROUP else ():
            plain = column.type.removesuffix("[]")
            if plain in WRONG_TYPES:
                yield table.breach(f"{name} is {plain}; use {WRONG_TYPES[plain]}.")
            for ending, wanted in TYPE_BY_ENDING.items():
                if name.endswith(ending) and column.type not in wanted:
                    yield table.breach(f"{name} is {column.type}; “{ending}” says {min(wanted)}.")


def lists_name_what_exists(catalog: Catalog) -> Iterator[Breach]:
    known = {relation.schema for relation in catalog.tables()}
    names = {function.full_name for function in catalog.functions} | set(catalog.relations)
    for name in sorted({*MAY_DELETE, *QUEUES, *OF_NO_GROUP, *RUNS_AS_OWNER} - names):
        if name.partition(".")[0] in known:
            yield Breach(__file__, 1, f"{name} does not exist any more; take it off the list.")


CATALOG_RULES: tuple[CatalogRule, ...] = (
    table_stands_in_a_domain,
    table_belongs_to_the_owner,
    row_belongs_to_a_group,
    key_starts_with_the_group,
    hot_key_holds_the_bucket,
    foreign_key_stays_in_the_group,
    foreign_key_points_downwards,
    row_level_security_is_on,
    policy_has_the_one_form,
    view_asks_as_its_caller,
    partition_is_reached_through_its_table,
    grants_are_few,
    growing_table_refuses_change,
    function_has_its_callers_rights,
    column_has_the_type_of_its_name,
    lists_name_what_exists,
)
