"""The pages and their files: under a strict policy, and nothing else of the disk with them."""

import gzip
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from huitong.entry.api import Edge, make_app
from huitong.entry.front_ends import APPS, NONCE_PLACE, Asset, FrontEnds, add_front_ends
from huitong.platform.db import Database
from tests.entry.make import make_platform

PAGE = f'<!doctype html><script nonce="{NONCE_PLACE}" src="/assets/app.js"></script>'
PROGRAM = b"say();" * 500
BUILT = FrontEnds(
    pages=dict.fromkeys(APPS, PAGE),
    assets={
        "app.js": Asset("text/javascript", PROGRAM, gzip.compress(PROGRAM)),
        "dot.svg": Asset("image/svg+xml", b"<svg/>", None),
    },
)


def client_of(found: FrontEnds) -> TestClient:
    app = FastAPI()
    add_front_ends(app, found)
    app.add_middleware(Edge)
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def client() -> TestClient:
    return client_of(BUILT)


@pytest.fixture
def whole(database: Database) -> Iterator[TestClient]:
    """Return a client of the app as it is served."""
    with TestClient(make_app(make_platform(database)), raise_server_exceptions=False) as opened:
        yield opened


class TestPages:
    @pytest.mark.parametrize("path", ["/console", "/console/", "/console/wool/customers", "/guide"])
    def test_an_app_answers_with_its_page_wherever_its_own_addresses_lead(
        self, client: TestClient, path: str
    ) -> None:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<script" in answer.text

    def test_the_start_leads_to_the_console(self, client: TestClient) -> None:
        answer = client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (307, "/console/")

    def test_the_policy_lets_nothing_run_but_what_carries_the_nonce_of_this_answer(
        self, client: TestClient
    ) -> None:
        first, second = client.get("/console/"), client.get("/console/")
        nonces = [
            re.findall(r"nonce-([^']+)'", one.headers["content-security-policy"])[0]
            for one in (first, second)
        ]
        assert nonces[0] != nonces[1]
        assert f'nonce="{nonces[0]}"' in first.text
        assert NONCE_PLACE not in first.text
        policy = first.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        script = re.search(r"script-src ([^;]+)", policy)
        assert script is not None
        assert "unsafe" not in script[1]

    def test_a_page_is_asked_for_anew_and_a_file_is_kept(self, client: TestClient) -> None:
        assert client.get("/console/").headers["cache-control"] == "no-cache"
        assert "immutable" in client.get("/assets/app.js").headers["cache-control"]

    def test_without_a_build_the_page_says_how_to_make_one(self) -> None:
        answer = client_of(FrontEnds(pages={}, assets={})).get("/console/")
        assert answer.status_code == 200
        assert "make web" in answer.text


class TestFiles:
    def test_a_file_comes_compressed_to_who_can_read_it(self, client: TestClient) -> None:
        packed = client.get("/assets/app.js", headers={"Accept-Encoding": "gzip"})
        plain = client.get("/assets/app.js", headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content == PROGRAM

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/nothing.js",
            "/assets/../front_ends.py",
            "/assets/..%2f..%2fentry%2ffront_ends.py",
            "/assets/%2e%2e/%2e%2e/pyproject.toml",
            "/assets//etc/passwd",
            "/assets/app.js%00.txt",
        ],
    )
    def test_no_address_names_a_file_of_the_disk(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404


class TestEveryAnswer:
    @pytest.mark.parametrize(
        "path", ["/v1/health", "/v1/jobs", "/nothing", "/console/", "/openapi.json"]
    )
    def test_it_is_not_framed_not_guessed_and_not_read_by_other_sites(
        self, whole: TestClient, path: str
    ) -> None:
        headers = whole.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_what_the_interface_answers_stays_in_no_cache(self, whole: TestClient) -> None:
        assert whole.get("/v1/jobs").headers["cache-control"] == "no-store"
