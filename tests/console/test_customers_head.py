"""One customer at a glance, and what their page asks for beside."""

from collections.abc import Mapping
from typing import Any

from huitong.entry.console.customers_head import head_of
from huitong.entry.console.customers_rows import Allowed
from huitong.platform.auth import Permission
from huitong.platform.seen import Seen
from tests.browser.worlds import members
from tests.console.customers_make import Console, console
from tests.entry.make import make_token

__all__ = ["console"]


def head(console: Console, place: int = 0) -> Mapping[str, Any]:
    """Return the head of a customer of the world."""
    return console.get(f"/v1/customers/{console.id_of(place)}/head")


class TestHead:
    def test_it_tells_what_a_call_is_about_and_no_personal_value(self, console: Console) -> None:
        told = head(console)
        assert (told["name"], told["phone"], told["city"]) == ("林**", "199****0001", "苏州市")
        assert told["cards"] == ["****0001"]
        assert told["store"] == "南京路店"
        assert "林知夏" not in str(told)
        assert members.phone_of(0) not in str(told)

    def test_the_tier_is_told_with_what_it_took_and_what_the_next_one_takes(
        self, console: Console
    ) -> None:
        # Orders of 1,709.10 + 809.10 + 359.10 + 116.10 + 1,709.10 + 809.10 yuan, each rounded down
        # to whole growth, less the 50 yuan that came back of the first.
        told = head(console)["tier"]
        assert told["tier"]["code"] == "gold"
        assert told["growth"] == 1709 + 809 + 359 + 116 + 1709 + 809 - 50
        assert (told["next"], told["growth_missing"]) == (None, 0)
        silver = head(console, 1)["tier"]
        assert (silver["tier"]["code"], silver["next"]["code"]) == ("member", "silver")
        assert silver["growth"] + silver["growth_missing"] == silver["next_at_growth"] == 1_000

    def test_what_was_spent_lately_leaves_out_what_came_back(self, console: Console) -> None:
        # All six orders lie within 365 days; 50 yuan of the first came back.
        assert head(console)["bought"]["orders"] == 6
        spent = 170_910 + 80_910 + 35_910 + 11_610 + 170_910 + 80_910 - 5_000
        assert head(console)["bought"]["spent_minor"] == spent

    def test_consents_tell_what_the_gate_would_answer_and_why(self, console: Console) -> None:
        told = {one["purpose"]: one for one in head(console)["consents"]}
        assert told["marketing"]["is_permitted"]
        assert told["sharing"]["refusal"] == "customers.no_consent"
        took_back = {one["purpose"]: one for one in head(console, 3)["consents"]}
        assert took_back["marketing"]["refusal"] == "customers.consent_withdrawn"

    def test_who_looks_after_them_is_told_by_what_people_call_it(self, console: Console) -> None:
        kinds = {(one["kind"], one["staff"], one["staff_name"]) for one in head(console)["care"]}
        assert kinds == {("friend", "g-01", "何苗"), ("bound", "g-01", "何苗")}
        told = console.get(f"/v1/customers/{console.id_of(0)}/timeline", kinds="relation")
        assert {one["facts"]["staff"] for one in told["items"]} == {"何苗"}

    def test_a_merged_id_leads_to_whom_they_are_today(self, console: Console) -> None:
        first = members.NAMES.index("欧阳静远")
        today = console.id_of(first)
        told = console.get(f"/v1/customers/{today}/timeline", kinds="merge")
        (merge,) = told["items"]
        merged = merge["facts"]["other"]
        led = console.get(f"/v1/customers/{merged}/head")
        assert (led["id"], led["asked_id"]) == (today, merged)

    def test_who_may_not_see_points_or_orders_is_told_none(self, console: Console) -> None:
        key = make_token(console.database, 1, Permission.CUSTOMERS_READ, name="head")
        path = f"/v1/customers/{console.id_of(0)}/head"
        told = console.client.get(path, headers=key).json()
        assert (told["tier"], told["points"], told["bought"]) == (None, None, None)

    def test_an_id_of_nobody_and_one_of_another_brand_are_refused_alike(
        self, console: Console
    ) -> None:
        stranger = "/v1/customers/cus_0000000000000/head"
        key = make_token(console.database, 1, Permission.CUSTOMERS_READ, brand_ids=[9], name="far")
        ours = f"/v1/customers/{console.id_of(0)}/head"
        answers = [
            console.client.get(stranger, headers=console.key),
            console.client.get(ours, headers=key),
        ]
        assert {one.status_code for one in answers} == {404}
        assert {one.json()["code"] for one in answers} == {"customers.not_found"}

    def test_it_takes_no_more_statements_than_its_parts_have_owners(self, console: Console) -> None:
        # Of whoever has something of everything: two thirds of what it took when each part asked
        # for itself. The words of the brand are read by the first who asks.
        everything = Allowed(points=True, bought=True, notes=True)
        customer_id = console.members.first
        taken = []
        for _ in range(2):
            with console.database.reading(console.scope) as tx:
                head_of(
                    tx, customer_id, allowed=everything, now=console.now, seen=Seen(console.now)
                )
                taken.append(tx.statements)
        assert taken[-1] <= 24

    def test_the_name_that_attacks_comes_masked_and_as_text(self, console: Console) -> None:
        place = members.NAMES.index(members.ATTACK)
        assert head(console, place)["name"] == "<**"


class TestParts:
    def test_the_profile_tells_who_said_what_and_which_one_leads(self, console: Console) -> None:
        told = console.get(f"/v1/customers/{console.id_of(0)}/profile")
        leads = {one["field"]: one["source"] for one in told["fields"]}
        assert (leads["name"], leads["city"]) == ("pos", "manual")
        assert told["told"][0]["reason"] == "本人来电"

    def test_the_profile_tells_what_is_coarse_and_masks_what_names_somebody(
        self, console: Console
    ) -> None:
        told = console.get(f"/v1/customers/{console.id_of(0)}/profile")
        values = {one["field"]: (one["value"], one["is_masked"]) for one in told["fields"]}
        assert values == {
            "name": ("林**", True),
            "gender": ("female", False),
            "birthday_on": ("1975-01", True),
            "city": ("苏州市", False),
        }
        assert "林知夏" not in str(told)
        assert "1975-01-01" not in str(told)

    def test_an_order_tells_who_bears_its_discount_and_what_it_earned(
        self, console: Console
    ) -> None:
        page = console.get(f"/v1/customers/{console.id_of(0)}/orders")
        first = page["items"][0]
        assert (first["store"], first["store_name"]) == ("nj-road", "南京路店")
        told = console.get(f"/v1/orders/{first['id']}/whole")
        (line,) = told["order"]["lines"]
        (share,) = told["allocations"]
        assert (share["bearer"], share["amount_minor"]) == ("brand", 18_990)
        assert share["line_id"] == line["line_id"]
        points = next(one for one in told["earned"] if one["asset"] == "points")
        # 1,709.10 yuan earn 1,709 points; of 50 yuan that came back 49 are taken, rounded down.
        assert points["granted"] == 1_709
        assert points["shares"][0]["rule"]["chinese"] == "消费得积分"

    def test_without_any_refresh_the_segments_are_told_as_not_computed(
        self, console: Console
    ) -> None:
        told = console.get(f"/v1/customers/{console.id_of(0)}/segments")
        assert told == {"items": [], "has_more": False}
