"""How the places in the paths of pages are filled: asked of the interface, as the pages do.

Each function gets a page that is signed in and returns the path with ids of the world in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.worlds import files
from tests.browser.worlds.members import BRAND, phone_of

# The server closes a connection that was idle; a call on its way to it then is made again.
TRIES = 3

Address = Callable[[Page], str]


def ask(page: Page, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON.
    """Return what the interface answers to whoever is signed in on the page."""
    if body is None:
        answer = page.request.get(path, max_retries=TRIES)
    else:
        headers = {"X-CSRF-Token": ask(page, "/v1/session")["csrf_token"]}
        answer = page.request.post(path, data=dict(body), headers=headers, max_retries=TRIES)
    assert answer.ok, answer.text()
    return answer.json()


def customer(page: Page) -> str:
    """Return the id of the customer who has something of everything."""
    found = ask(page, f"/v1/brands/{BRAND}/customers/lookup", {"text": phone_of(0)})
    return str(found["items"][0]["id"])


def customer_page(page: Page) -> str:
    """Return the path of the page of one customer."""
    return f"customers/{customer(page)}"


def segment(page: Page) -> str:
    """Return the code of a segment that is there, made if it is not."""
    path = f"/v1/brands/{BRAND}/segments/everybody"
    if not page.request.get(path).ok:
        token = page.request.get("/v1/session").json()["csrf_token"]
        made = page.request.put(
            path,
            data={"names": {"zh": "所有人", "en": "Everybody"}, "condition": {"all": []}},
            headers={"X-CSRF-Token": token, "If-Match": '"0"'},
        )
        assert made.ok, made.text()
    return "everybody"


def review(page: Page) -> str:
    """Return the path of a review that waits for a decision."""
    (found, *_) = ask(page, "/v1/identity/reviews?limit=1")["items"]
    return f"identity/reviews/{found['id']}"


def person(page: Page) -> str:
    """Return the path of the person behind the first customer."""
    found = ask(page, f"/v1/customers/{customer(page)}")
    return f"identity/persons/{found['person_id']}"


def draft(page: Page) -> str:
    """Return the path of a draft of the programme, begun if there is none."""
    path = f"/v1/brands/{BRAND}/programme/drafts"
    found = ask(page, path)["items"]
    if not found:
        token = page.request.get("/v1/session").json()["csrf_token"]
        headers = {"X-CSRF-Token": token, "Idempotency-Key": "a draft to look at"}
        begun = page.request.post(path, data={"name": "周三双倍"}, headers=headers)
        assert begun.ok, begun.text()
        found = [begun.json()]
    return f"programme/drafts/{found[0]['id']}"


# By the path that a page declares; paths without a place need nothing here.
ADDRESSES: Mapping[str, Address] = {
    "customers/:customerId": customer_page,
    "segments/:segment": lambda page: f"segments/{segment(page)}",
    "segments/:segment/edit": lambda page: f"segments/{segment(page)}/edit",
    "tags/:tag": lambda _: "tags/frequency_band",
    "models/:model": lambda _: "models/lifecycle",
    "identity/reviews/:reviewId": review,
    "identity/persons/:personId": person,
    "programme/drafts/:draftId": draft,
    **files.ADDRESSES,
}
