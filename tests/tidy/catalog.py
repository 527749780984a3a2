"""A database's own description of itself, read once, in the shapes that the rules ask about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import psycopg

from huitong.platform import rls
from tests.tidy.repository import Breach, kept_files, order_of_domains, rank_of, text_of

TABLES = frozenset({"r", "p"})
VIEW = "v"
STORED_VIEW = "m"
EVERYBODY = "PUBLIC"
VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's type as PostgreSQL writes it, and whether it may be empty or is computed."""

    type: str
    required: bool
    computed: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key, a unique index or an exclusion; expressions show as an empty name."""

    name: str
    primary: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: the table it points to, and its columns paired with the other's."""

    name: str
    target: str
    pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Policy:
    """A row-level security policy with its expressions as PostgreSQL prints them."""

    name: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of ours that is switched on: the events it comes before, and its function."""

    name: str
    before: frozenset[str]


@dataclass(slots=True)
class Relation:
    """A table, view, stored view or sequence of a database."""

    schema: str
    name: str
    kind: str
    partition: bool
    owner: str
    secured: bool
    invoker: bool
    columns: dict[str, Column] = field(default_factory=dict)
    grants: set[tuple[str, str]] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def is_table(self) -> bool:
        return self.kind in TABLES

    @property
    def hot(self) -> bool:
        return "bucket" in self.columns

    def privileges(self, *roles: str) -> set[str]:
        return {privilege for grantee, privilege in self.grants if grantee in roles}

    def breach(self, remedy: str) -> Breach:
        return place_of(self.full_name, f"{self.full_name}: {remedy}")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours: whose rights it has, and who may call it."""

    full_name: str
    owner: str
    definer: bool
    settings: tuple[str, ...]
    public: bool

    def breach(self, remedy: str) -> Breach:
        return place_of(self.full_name, f"{self.full_name}(): {remedy}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the rules ask about, and the text of the policies as they must be."""

    relations: dict[str, Relation]
    functions: tuple[Function, ...]
    group_policy: str
    brand_policy: str

    def tables(self) -> Iterator[Relation]:
        """Yield the tables that are asked by name: partitions are not."""
        for relation in self.relations.values():
            if relation.is_table and not relation.partition:
                yield relation


RELATIONS = """
SELECT n.nspname, c.relname, c.relkind::text, c.relispartition, pg_get_userbyid(c.relowner),
  c.relrowsecurity,
  coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on',
                                 'security_invoker=1'], false)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
COLUMNS = """
SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, NULL),
  a.attnotnull, a.attgenerated <> '' OR a.attidentity <> ''
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.oid, a.attnum
"""
GRANTS = """
SELECT n.nspname || '.' || c.relname, coalesce(r.rolname, 'PUBLIC'), g.privilege_type
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT e.grantee, e.privilege_type FROM aclexplode(c.relacl) AS e
  UNION
  SELECT e.grantee, e.privilege_type || ' of a column'
  FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS e
  WHERE a.attrelid = c.oid) AS g
LEFT JOIN pg_roles AS r ON r.oid = g.grantee
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND g.grantee <> c.relowner
"""
KEYS = """
SELECT n.nspname || '.' || c.relname, i.relname, x.indisprimary,
  ARRAY(SELECT coalesce(a.attname::text, '')
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
        LEFT JOIN pg_attribute AS a
          ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0
        WHERE k.place <= x.indnkeyatts
        ORDER BY k.place)
FROM pg_index AS x
JOIN pg_class AS c ON c.oid = x.indrelid
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND (x.indisunique OR x.indisexclusion)
"""
FOREIGN_KEYS = """
SELECT n.nspname || '.' || c.relname, f.conname, m.nspname || '.' || t.relname,
  ARRAY(SELECT a.attname::text || ' ' || b.attname::text
        FROM unnest(f.conkey, f.confkey) AS k(here, there)
        JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.here
        JOIN pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = k.there)
FROM pg_constraint AS f
JOIN pg_class AS c ON c.oid = f.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_class AS t ON t.oid = f.confrelid
JOIN pg_namespace AS m ON m.oid = t.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND f.contype = 'f' AND f.conparentid = 0
"""
POLICIES = """
SELECT n.nspname || '.' || c.relname, p.polname,
  ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC')
        FROM unnest(p.polroles) AS u(oid) LEFT JOIN pg_roles AS r ON r.oid = u.oid),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy AS p
JOIN pg_class AS c ON c.oid = p.polrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
"""
# Bits of tgtype: 2 before, 8 delete, 16 update, 32 truncate.
TRIGGERS = """
SELECT n.nspname || '.' || c.relname, t.tgname,
  ARRAY_REMOVE(ARRAY[CASE WHEN t.tgtype & 8 > 0 THEN 'DELETE' END,
                     CASE WHEN t.tgtype & 16 > 0 THEN 'UPDATE' END,
                     CASE WHEN t.tgtype & 32 > 0 THEN 'TRUNCATE' END], NULL)
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 2 > 0
"""
FUNCTIONS = """
SELECT n.nspname || '.' || p.proname, pg_get_userbyid(p.proowner), p.prosecdef,
  coalesce(p.proconfig, '{}'),
  p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS e WHERE e.grantee = 0)
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^(pg_|information_schema)'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""


def read_catalog(connection: psycopg.Connection) -> Catalog:
    """Return what the database says of itself; the connection must be a superuser's."""
    known = {
        f"{row[0]}.{row[1]}": Relation(*row) for row in connection.execute(RELATIONS).fetchall()
    }
    for name, *column in connection.execute(COLUMNS).fetchall():
        if name in known:
            known[name].columns[column[0]] = Column(*column[1:])
    for name, grantee, privilege in connection.execute(GRANTS).fetchall():
        if name in known:
            known[name].grants.add((grantee, privilege))
    for name, key, primary, columns in connection.execute(KEYS).fetchall():
        known[name].keys.append(Key(key, primary, tuple(columns)))
    for name, key, target, pairs in connection.execute(FOREIGN_KEYS).fetchall():
        paired = frozenset((pair.split()[0], pair.split()[1]) for pair in pairs)
        known[name].foreign_keys.append(ForeignKey(key, target, paired))
    for name, policy, roles, using, check in connection.execute(POLICIES).fetchall():
        known[name].policies.append(Policy(policy, tuple(sorted(roles)), using, check))
    for name, trigger, events in connection.execute(TRIGGERS).fetchall():
        known[name].triggers.append(Trigger(trigger, frozenset(events)))
    functions = tuple(
        Function(name, owner, definer, tuple(settings), public)
        for name, owner, definer, settings, public in connection.execute(FUNCTIONS).fetchall()
    )
    return Catalog(known, functions, *_policies_as_printed(connection))


def _policies_as_printed(connection: psycopg.Connection) -> tuple[str, str]:
    """Return the policies of platform/rls.py, group and brand, as PostgreSQL prints them."""
    probe = "platform.policy_probe"
    printed = []
    for brand in (False, True):
        with connection.transaction(force_rollback=True):
            columns = "group_id bigint NOT NULL, brand_id bigint"
            connection.execute(f"CREATE TABLE {probe} ({columns})".encode())
            for statement in rls.secure(probe, brand=brand):
                connection.execute(statement.encode())
            found = connection.execute(POLICIES).fetchall()
            printed += [row[3] for row in found if row[0] == probe]
    group_policy, brand_policy = printed
    return group_policy, brand_policy


def schemas() -> frozenset[str]:
    """Return the schemas that may exist: one a domain, the platform's, and its vault."""
    return frozenset().union(*order_of_domains()) - {"entry"} | {VAULT}


def rank_of_schema(schema: str) -> int:
    """Return how far from the top a schema's domain stands; the vault is the platform's."""
    return rank_of("platform" if schema == VAULT else schema)


def place_of(name: str, remedy: str) -> Breach:
    """Return the breach at the line of the migration that makes the thing called `name`."""
    for path, number, line in _creations():
        if re.search(rf"\b{re.escape(name)}\b", line):
            return Breach(path, number, remedy)
    return Breach("the database", 0, remedy)


@cache
def _creations() -> tuple[tuple[str, int, str], ...]:
    migrations = [path for path in kept_files() if "versions" in path.parts]
    return tuple(
        (str(path), number, line)
        for path in migrations
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if line.lstrip().startswith("CREATE")
    )
