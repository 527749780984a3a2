"""Only the gate's domain reads consents; whoever needs an answer asks the gate."""

from tests.tidy.repository import Breach, hold, sources
from tests.tidy.sql import statements, without_comments

TABLE = "customers.consent"
GATE = ("src/huitong/customers/tables/", "src/huitong/entry/migrations/")


def test_no_query_outside_the_gates_domain_names_the_consents() -> None:
    hold(
        Breach(str(source.path), statement.place(0), f"Ask `customers.may`, do not read {TABLE}.")
        for source in sources()
        if source.in_product and not str(source.path).startswith(GATE)
        for statement in statements(source)
        if TABLE in without_comments(statement.text)
    )


def test_the_rule_sees_the_gate_itself() -> None:
    found = {
        str(source.path)
        for source in sources()
        for statement in statements(source)
        if TABLE in statement.text
    }
    assert "src/huitong/customers/tables/rights.py" in found
