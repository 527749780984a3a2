"""What comes between resolving a page and applying it changes whose its records are."""

import threading

from huitong import customers, identity
from huitong.customers.model import CUSTOMER
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok
from tests.customers.test_operations import ANNA, BERTA, HANDLERS, customer_of, person_of
from tests.identity.make import (
    NOW,
    find_phone,
    make_account,
    member_of,
    order_of,
    page_of,
    phone,
    resolve,
)
from tests.identity.test_operations import wait_for_a_lock


class TestOvertaken:
    """A person is merged or erased after their page was resolved and before it is applied."""

    def test_who_is_merged_meanwhile_is_a_customer_as_the_one_who_stays(
        self, fresh_database: Database
    ) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            resolve(tx, account, order_of(phone(ANNA)), order_of(phone(BERTA)))
        with fresh_database.transaction(scope, now=NOW) as mine:
            page = page_of(account, order_of(phone(BERTA)))
            identity.resolve_people(mine, page, NOW)
            with fresh_database.transaction(scope, now=NOW) as other:
                berta, anna = (find_phone(other, number) or 0 for number in (BERTA, ANNA))
                identity.merge(other, source=berta, target=anna, reason="r", key="k", now=NOW)
            customers.apply_customers(mine, page, NOW)
            (known,) = page.get(CUSTOMER)
            assert known is not None
            assert person_of(mine, known.customer_id) == anna
            assert mine.rows("SELECT person_id FROM customers.customer") == [(anna,)]

    def test_a_merge_waits_for_the_page_that_makes_a_customer(
        self, fresh_database: Database
    ) -> None:
        scope = Scope(group_id=1)
        events = {kind: (handler,) for kind, handler in HANDLERS.items()}
        watched = Database(fresh_database.url, events=events)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            resolve(tx, account, order_of(phone(ANNA)), order_of(phone(BERTA)))
            berta, anna = (find_phone(tx, number) or 0 for number in (BERTA, ANNA))

        def merge() -> None:
            with watched.transaction(scope, now=NOW) as other:
                identity.merge(other, source=berta, target=anna, reason="r", key="k", now=NOW)

        thread = threading.Thread(target=merge)
        with fresh_database.transaction(scope, now=NOW) as mine:
            made = customer_of(mine, account, phone(BERTA))
            thread.start()
            wait_for_a_lock(mine)
        thread.join()
        watched.close()
        with fresh_database.transaction(scope, now=NOW) as tx:
            today = customers.living(tx, customer_ids=[made])[made]
            assert person_of(tx, today) == anna

    def test_who_is_erased_meanwhile_is_somebody_new(self, fresh_database: Database) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            before = customer_of(tx, account, phone(BERTA))
            resolve(tx, account, order_of(phone(ANNA)))
        with fresh_database.transaction(scope, now=NOW) as mine:
            page = page_of(account, order_of(phone(BERTA)), member_of(phone(ANNA), name="安娜"))
            identity.resolve_people(mine, page, NOW)
            with fresh_database.transaction(scope, now=NOW) as other:
                for number in (BERTA, ANNA):
                    person = find_phone(other, number) or 0
                    erased = identity.erase(other, person, now=NOW)
                    customers.erase(other, erased.person_ids, now=NOW)
            outcomes = customers.apply_customers(mine, page, NOW)
            assert [type(one) for one in outcomes] == [Ok, Ok]
            berta, anna = page.get(CUSTOMER)
            assert berta is not None
            assert anna is not None
            assert berta.customer_id != before
            assert person_of(mine, berta.customer_id) == find_phone(mine, BERTA)
            assert person_of(mine, anna.customer_id) == find_phone(mine, ANNA)
