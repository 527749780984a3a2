"""What kind of buyer or sale it is decides what earns; finding out later settles it again."""

from huitong import customers, orders
from huitong.customers.model import Classed, ClassSource, NewClassification
from huitong.orders.model import OrderClass
from huitong.platform.errors import Ok, Refused
from tests.loyalty.club import DAY, HER, HIM, Club, points_and_growth
from tests.loyalty.make import rule


def of_order(club: Club, order_no: str, classed: Classed = Classed.BRUSHING) -> OrderClass:
    (order_id,) = orders.find_by_numbers(club.tx, [(club.account.id, order_no)]).values()
    return OrderClass(order_id, classed, ClassSource.MANUAL, "risk", club.now)


def classify(club: Club, *classes: OrderClass) -> None:
    assert all(isinstance(one, Ok) for one in orders.classify(club.tx, classes, now=club.now))
    club.tx.settle()


def classify_her(club: Club, *, days_ago: int = 1) -> int:
    asked = NewClassification(
        customer_id=club.customer_id(HER),
        classed=Classed.RESELLER,
        valid_from=club.now - days_ago * DAY,
        source=ClassSource.RULE,
        actor="rule",
    )
    (result,) = customers.classify_customers(club.tx, [asked], now=club.now)
    club.tx.settle()
    assert isinstance(result, Ok)
    return result.value["classification_id"]


class TestOrders:
    def test_a_brushed_order_gives_back_what_it_earned_and_earns_it_again(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100), club.buys(HER, "O2", 20))
        assert (club.points(HER), club.tier(HER)) == (120, "silver")
        brushed = of_order(club, "O1")
        classify(club, brushed, brushed)
        classify(club, brushed)
        assert (club.points(HER), club.tier(HER)) == (20, "bronze")
        taken_back = orders.declassify(
            club.tx, [brushed.order_id], classed=Classed.BRUSHING, actor="risk", now=club.now
        )
        club.tx.settle()
        assert taken_back == 1
        assert (club.points(HER), club.tier(HER)) == (120, "silver")

    def test_what_was_spent_of_it_is_owed(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        assert isinstance(club.spend(HER, 60), Ok)
        classify(club, of_order(club, "O1"))
        balance = club.balance(HER)
        assert balance.spendable - balance.debt == -60

    def test_a_refund_of_it_changes_nothing_more(self, club: Club) -> None:
        club.enrol(HER)
        order = club.buys(HER, "O1", 100)
        club.took(order)
        classify(club, of_order(club, "O1"))
        club.took(order.model_copy(update={"status": "closed", "updated_at": club.now + DAY}))
        assert club.points(HER) == 0

    def test_a_rule_may_let_a_class_earn(self, club: Club) -> None:
        staff_too = rule(except_classes=["brushing", "reseller", "bulk"])
        club.begin(points_and_growth(staff_too), at=club.now - 9.5 * DAY)
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        classify(club, of_order(club, "O1", Classed.STAFF_PURCHASE))
        assert club.points(HER) == 100
        classify(club, of_order(club, "O1", Classed.BRUSHING))
        assert club.points(HER) == 0

    def test_an_order_that_is_not_there_is_refused(self, club: Club) -> None:
        unknown = OrderClass(4096, Classed.BULK, ClassSource.IMPORT, "file", club.now)
        (result,) = orders.classify(club.tx, [unknown], now=club.now)
        assert isinstance(result, Refused)


class TestCustomers:
    def test_a_reseller_earns_nothing_from_the_day_on(self, club: Club) -> None:
        club.enrol(HER)
        before = club.buys(HER, "O1", 10, ordered_at=club.now - 2 * DAY)
        club.took(before, club.buys(HER, "O2", 100))
        classification = classify_her(club)
        assert club.points(HER) == 10
        club.took(club.buys(HER, "O3", 100))
        assert club.points(HER) == 10
        customers.withdraw_classifications(club.tx, [classification], actor="m", now=club.now)
        club.tx.settle()
        assert club.points(HER) == 210

    def test_a_merge_makes_both_a_reseller_and_a_split_one_of_them(self, club: Club) -> None:
        club.enrol(HER, HIM)
        club.took(club.buys(HER, "O1", 100), club.buys(HIM, "O2", 30))
        classify_her(club)
        merge = club.merge(HER, HIM)
        assert club.points(HIM) == 0
        club.split(merge)
        assert (club.points(HER), club.points(HIM)) == (0, 30)
