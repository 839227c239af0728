"""Values of the contract that hand-written code repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from julep import Client
from julep._calls import paging as sdk_paging
from julep._calls.error_responses import error_from_response
from julep._http.messages import Response
from julep._settings import config
from julep.errors import ApiError
from julep_server import cli, settings
from julep_server.chat.settings import PRESETS
from julep_server.chat.turn import ChatRequest
from julep_server.http.authentication import key_of
from julep_server.store.paging import page_of
from tests.gate.helpers.document import Document, Node
from tests.gate.helpers.problems import Problem
from tests.gate.helpers.sent import ROOT

_KEY: Final = "the-key"
_URL: Final = re.compile(r"http://127\.0\.0\.1:\d+/api\b")
_PAGES: Final = ("README.md", "docs/server/configuration.md", "docs/migration.md")


def constants(document: Document) -> Iterator[Problem]:
    """Constants are equal to what the contract has."""
    for place, (found, expected) in _pairs(document).items():
        if found != expected:
            yield Problem(f"constant {place}", f"is {found!r}; the contract has {expected!r}")
    for page in _PAGES:
        for url in sorted(set(_URL.findall((ROOT / page).read_text(encoding="utf-8")))):
            if url != _server(document):
                yield Problem(f"constant {page}", f"{url} is not the contract's server")


def _pairs(document: Document) -> Mapping[str, tuple[object, object]]:
    """Return what the code has, and what the contract has, by the place in the code."""
    limit, offset = (_parameter(document, name) for name in ("limit", "offset"))
    presets = {*document.enum(document.fields(document.schemas["ChatSettings"])["preset"])}
    url = urlsplit(_server(document))
    flags = document.fields(document.schemas["MemoryAccessOptions"])
    plain: Any = ChatRequest(services=None, tenant="", session_id="", body={}, keep_response=None)  # type: ignore[arg-type]  # only its body is used
    return {
        "src/julep/_calls/paging.py MAX_PAGE_SIZE": (sdk_paging.MAX_PAGE_SIZE, limit["maximum"]),
        "src/julep/_calls/paging.py DEFAULT_PAGE_SIZE": (
            sdk_paging.DEFAULT_PAGE_SIZE,
            limit["default"],
        ),
        "src/julep/_settings/config.py DEFAULT_BASE_URL": (
            config.DEFAULT_BASE_URL,
            _server(document),
        ),
        "src/julep_server/cli.py DEFAULT_PORT": (cli.DEFAULT_PORT, url.port),
        "src/julep_server/settings.py Settings.host": (settings.Settings().host, url.hostname),
        "src/julep_server/app.py /api": ("/api", url.path),
        "src/julep_server/store/paging.py limit": (page_of({}).limit, limit["default"]),
        "src/julep_server/store/paging.py offset": (page_of({}).offset, offset["default"]),
        "src/julep_server/chat/settings.py PRESETS": ({*PRESETS}, presets),
        **{
            f"src/julep_server/chat/turn.py enables({name!r})": (
                plain.enables(name),
                schema.get("default"),
            )
            for name, schema in flags.items()
        },
    }


def statuses(document: Document) -> Iterator[Problem]:
    """The SDK has an error of its own for every status that the contract documents."""
    found = {
        code for one in document.operations.values() for code in one.responses if code.isdecimal()
    }
    for code in sorted(found):
        error = error_from_response(Response(int(code), {}, b""), "GET", "/", 1)
        if type(error) is ApiError:
            text = "_ERRORS in src/julep/_calls/error_responses.py has no error of its own for it"
            yield Problem(f"status {code}", text)


def secured(document: Document) -> Iterator[Problem]:
    """The server accepts every way to send a key, and the SDK uses one of them."""
    schemes = document.root["components"]["securitySchemes"]
    ways: dict[str, dict[str, str]] = {name: _credentials(one) for name, one in schemes.items()}
    for name, headers in ways.items():
        if key_of(headers.get("authorization")) != _KEY:
            text = f"src/julep_server/http/authentication.py does not accept {headers}"
            yield Problem(f"secured {name}", text)
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": []})

    with httpx.Client(transport=httpx.MockTransport(respond)) as plain:
        Client(_KEY, "http://api.test/api", http_client=plain).users.list(limit=1)
    sent = seen[0].headers
    used = [name for requirement in document.root["security"] for name in requirement]
    if not any(ways[name].items() <= dict(sent).items() for name in used):
        yield Problem("secured SDK", f"the SDK sends its key in no way of {used}")


def _credentials(scheme: Node) -> dict[str, str]:
    """Return the headers of a request with a key, by a scheme of the contract."""
    match scheme:
        case {"type": "http", "scheme": kind}:
            return {"authorization": f"{str(kind).capitalize()} {_KEY}"}
        case {"type": "apiKey", "in": "header", "name": name}:
            return {str(name).lower(): _KEY}
        case _:
            return {"unknown": str(scheme)}


def _parameter(document: Document, name: str) -> Node:
    found = (
        one.schema
        for operation in document.operations.values()
        for one in operation.parameters
        if one.name == name
    )
    return next(found)


def _server(document: Document) -> str:
    return str(document.root["servers"][0]["url"])
