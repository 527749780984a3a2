"""How the places in the paths of pages are filled: asked of the interface, as the pages do.

Each function gets a page that is signed in and returns the path with ids of the world in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.worlds.members import BRAND, phone_of

Address = Callable[[Page], str]


def ask(page: Page, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON.
    """Return what the interface answers to whoever is signed in on the page."""
    if body is None:
        answer = page.request.get(path)
    else:
        token = page.request.get("/v1/session").json()["csrf_token"]
        answer = page.request.post(path, data=dict(body), headers={"X-CSRF-Token": token})
    assert answer.ok, answer.text()
    return answer.json()


def customer(page: Page) -> str:
    """Return the id of the customer who has something of everything."""
    body = {"brand": BRAND, "kind": "phone", "value": phone_of(0)}
    return str(ask(page, "/v1/customers/find", body)["id"])


# By the path that a page declares; paths without a place need nothing here.
ADDRESSES: Mapping[str, Address] = {}
