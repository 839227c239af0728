"""The pages for people: what is served at ``/`` and at ``/docs``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files

import httpx
import pytest

from julep_server import LocalServer
from tests.server.helpers.api import CONTRACT, DOCUMENT

PATHS = {
    "/": "text/html; charset=utf-8",
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
    "/docs": "text/html; charset=utf-8",
}


class _Elements(HTMLParser):
    """Collects the elements' attributes, and fails at a tag that is closed out of order."""

    _WITHOUT_END = frozenset({"meta", "link", "input", "br", "!doctype"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[dict[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append({name: value or "" for name, value in attrs})
        if tag not in self._WITHOUT_END:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [found[name] for found in self.attributes if name in found]


@pytest.fixture
def browser(server: LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url.removesuffix("/api"), trust_env=False) as client:
        yield client


@pytest.mark.parametrize(("path", "media_type"), PATHS.items(), ids=PATHS)
def test_pages(browser: httpx.Client, path: str, media_type: str) -> None:
    first = browser.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, media_type)
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert first.headers["x-content-type-options"] == "nosniff"
    again = browser.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.head(path).headers["content-length"] == str(len(first.content))
    refused = browser.post(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_pages_need_no_key_and_hold_no_data() -> None:
    with LocalServer(api_keys=["secret"]) as locked:
        root = locked.url.removesuffix("/api")
        for path in PATHS:
            assert httpx.get(root + path, trust_env=False).status_code == 200
        assert httpx.get(locked.url + "/agents", trust_env=False).status_code in (401, 403)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_links_lead_to_what_is_there(browser: httpx.Client, path: str) -> None:
    found = _Elements(browser.get(path).text)
    names = found.values("id")
    assert len(names) == len(set(names))
    for link in found.values("href") + found.values("src"):
        if link.startswith("#/"):
            continue  # a view of the script's
        if link.startswith("#"):
            assert link[1:] in names
        elif not link.startswith("data:"):
            assert browser.get("/" + link.removeprefix("./")).status_code == 200


def test_the_reference_has_every_operation_and_schema(browser: httpx.Client) -> None:
    page = browser.get("/docs").text
    names = set(_Elements(page).values("id"))
    assert CONTRACT.operations.keys() <= names
    assert {f"schema-{name}" for name in DOCUMENT["components"]["schemas"]} <= names
    assert "<strong>agent</strong>" in page
    assert "<code>Idempotency-Key</code>" in page
    assert not re.search(r"\*\*|##", page)


def test_the_script_calls_only_operations_of_the_contract() -> None:
    """Its paths are templates, whose parts in braces stand for ids and owners."""
    script = files("julep_server.pages").joinpath("static/page.js").read_text("utf-8")
    calls = re.findall(r'(?:call|send)\("([A-Z]+)", ["`]((?:/|\$\{owner)[^"`]+)', script)
    lists = [("GET", path) for path in re.findall(r'pages\(["`]([^"`]+)["`]', script)]
    assert len(calls) + len(lists) >= 15
    for method, template in calls + lists:
        path = template.replace("${owner}", "/agents/x")
        CONTRACT.match(method, re.sub(r"\$\{.*?\}", "x", path).partition("?")[0])
