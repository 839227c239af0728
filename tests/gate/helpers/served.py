"""What the server reads and produces: every operation is called with everything, and recorded."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Any, Self
from uuid import uuid4

import httpx
import pytest

from julep_server import LocalServer
from julep_server.app import HANDLERS
from julep_server.json_text import JSON
from tests.gate.helpers.document import Document, Node, Operation, paths_of
from tests.gate.helpers.recording import Recorder
from tests.gate.helpers.resources import Resources
from tests.gate.helpers.sent import ROOT
from tests.server.helpers.api import Api, parse_events
from tests.server.helpers.endpoint import KNOWN, serving_endpoint

KEY = "the-key-of-the-gate"


@dataclass
class Served:
    """What the server did with all requests.

    Attributes:
        reads: The keys that the server read, by operation: ``query limit``, ``body tools[].id``.
        produced: The paths of the properties in all successful responses, by operation.
        headers: The names of the headers of successful responses, by operation.
        statuses: The statuses of the responses, by operation.
        failures: Requests that should have succeeded, and what else failed, by operation.
        defaults: What a resource has whose request had only what is required, by operation.
        handled: The operations that have a handler.
        open: The operations that a server with keys performs without one.
        not_started: Why the server did not start; empty if it did.
    """

    reads: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    produced: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    headers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    failures: list[str] = field(default_factory=list[str])
    defaults: dict[str, Node] = field(default_factory=dict[str, Node])
    handled: set[str] = field(default_factory=lambda: {*HANDLERS})
    open: set[str] = field(default_factory=set[str])
    not_started: str = ""


class Exercise:
    """Calls every operation of a server with every valid value of everything.

    Args:
        document: The contract.
        served: Where the responses are recorded.
        api: A client of the server.
        database: The URL of the server's database.
    """

    def __init__(self, document: Document, served: Served, api: Api, database: str) -> None:
        self._document, self._served, self._api = document, served, api
        self._resources = Resources(document, served.failures, api, database)
        self._ids = self._resources.ids

    def run(self) -> None:
        """Call all operations: first those that create, last those that delete."""
        self._resources.make_all()
        for operation in sorted(self._document.operations.values(), key=_order):
            if operation.method == "DELETE":
                self._resources.make_all()
            self._call(operation)

    def run_chats(self) -> None:
        """Call the operation that reaches a model, and resume a stream that is not there."""
        self._resources.make()
        chats = (one for one in self._document.operations.values() if one.path.endswith("/chat"))
        operation = next(chats, None)
        if operation is None:
            return
        self._call(operation)
        if "session_id" not in self._ids:
            return
        self._api.http.post(
            path_of(operation, self._ids),
            json={"messages": [{"role": "user", "content": "Hello"}], "stream": True},
            headers={"Last-Event-ID": f"{uuid4()}:1"},
        )

    def _call(self, operation: Operation) -> None:
        try:
            path_of(operation, self._ids)
        except LookupError as error:
            self._served.failures.append(f"{operation.id}: {error.args[0]}")
            return
        try:
            self._call_with_everything(operation)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is reported
            self._served.failures.append(f"{operation.id}: {type(error).__name__}: {error}")

    def _call_with_everything(self, operation: Operation) -> None:
        document = self._document
        values = {
            one.name: document.variants(one.schema)
            for one in operation.parameters
            if one.location != "path"
        }
        bodies = [None] if operation.body is None else self._bodies(operation, operation.body)
        count = max(len(bodies), *map(len, values.values()), 1)
        for number in range(1 if operation.method == "DELETE" else count):
            given = {name: many[number % len(many)] for name, many in values.items()}
            self._request(operation, bodies[number % len(bodies)], given)
        if operation.body is not None:
            least = document.least(operation.body)
            response = self._request(operation, least, {})
            if response.is_success and response.headers["content-type"] == "application/json":
                self._served.defaults[operation.id] = response.json()
            nulls = {name: None for name in document.fields(operation.body) if name not in least}
            self._request(operation, {**nulls, **least}, {})

    def _bodies(self, operation: Operation, schema: Node) -> list[Node]:
        """Return bodies that have every value; each streamed and whole where there are streams."""
        bodies = self._document.variants(schema)
        if any("text/event-stream" in node["content"] for node in operation.success.values()):
            bodies = [{**body, "stream": streamed} for body in bodies for streamed in (True, False)]
        return bodies

    def _request(
        self, operation: Operation, body: Node | None, given: Mapping[str, Any]
    ) -> httpx.Response:
        headers: dict[str, str] = {}
        query: dict[str, Any] = {}
        for one in operation.parameters:
            if one.location == "query" and one.name in given:
                value = {"metadata_filter": "{}", "types": ["belief", "episode"]}.get(one.name)
                query[one.name] = value or self._ids.get(one.name, given[one.name])
            elif one.name == "Idempotency-Key":
                headers[one.name] = str(uuid4())
            elif one.name == "Prefer":
                headers[one.name] = "return=representation"
        response = self._api.http.request(
            operation.method,
            path_of(operation, self._ids),
            params=query,
            json=None if body is None else self._fit(body),
            headers=headers,
        )
        self._keep(operation, response, body)
        return response

    def _fit(self, body: Node) -> Node:
        """Return a body with ids of existing resources, and with names and a text of its own."""
        name = f"f{uuid4().hex[:12]}"

        def named(value: JSON, at: str = "") -> Any:
            if isinstance(value, dict):
                return {
                    key: name if at == "function" and key == "name" else named(inner, key)
                    for key, inner in value.items()
                }
            return [named(item, at) for item in value] if isinstance(value, list) else value

        fitted: Node = named(body)
        if isinstance(text := fitted.get("content"), str):
            # An agent remembers nothing twice.
            fitted["content"] = f"{text} {name}"
        return {
            key: self._ids[key] if key in self._ids and value is not None else value
            for key, value in fitted.items()
        }

    def _keep(self, operation: Operation, response: httpx.Response, body: Node | None) -> None:
        """Record a response; that of a valid request is a success, and as it is documented."""
        served = self._served
        served.statuses[operation.id].add(response.status_code)
        if not response.is_success:
            text = f"{operation.id}: {response.status_code} {response.text[:300]} to {body}"
            served.failures.append(text)
            return
        try:
            self._api.check(operation.method, response.request.url.path[4:], response)
        except AssertionError as error:
            served.failures.append(f"{operation.id}: {error}")
        served.headers[operation.id] |= set(response.headers)
        produced = served.produced[operation.id]
        if response.headers["content-type"].startswith("text/event-stream"):
            for event in parse_events(response.text):
                produced |= {f"event {path}" for path in paths_of(event.data)}
        else:
            produced |= set(paths_of(response.json()))


def path_of(operation: Operation, ids: Mapping[str, str]) -> str:
    """Return an operation's path with ids in it; an owner's docs have ids of their own."""
    path = operation.path
    owner = path.strip("/").partition("/")[0]
    for one in operation.parameters:
        if one.location == "path":
            found = ids.get(f"{owner} {one.name}") or ids.get(one.name)
            if found is None:
                raise LookupError(
                    f"make a resource with a {one.name} in Resources.make_all of "
                    "tests/gate/helpers/resources.py"
                )
            path = path.replace(f"{{{one.name}}}", found)
    return path


def _order(operation: Operation) -> tuple[int, int]:
    kinds = ("POST", "GET", "PATCH", "PUT", "DELETE")
    return kinds.index(operation.method), -operation.path.count("/")


def serve(document: Document, folder: Path) -> Served:
    """Start servers, call all of their operations, and return what they did.

    What reaches a model is called with an endpoint too, which is sent more than the offline model
    reads.
    """
    served = Served()
    url = f"sqlite:///{folder / 'gate.db'}"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        Recorder(served.reads, document).install(patch)
        endpoint = stack.enter_context(serving_endpoint())
        log = stack.enter_context(_StartLog(patch))
        try:
            # One item is recalled, so that an explanation has others that were left out.
            first = stack.enter_context(LocalServer(database=url, recall_items=1))
            second = stack.enter_context(
                LocalServer(api_keys=[KEY], model_url=endpoint.url, model=KNOWN)
            )
        except Exception as error:  # noqa: BLE001  # whatever it is, it is reported
            cause = log.error or error
            served.not_started = f"{_origin(cause)}{type(cause).__name__}: {cause}"
            return served
        Exercise(document, served, stack.enter_context(Api(first.url)), url).run()
        Exercise(document, served, stack.enter_context(Api(second.url, KEY)), "").run_chats()
        stranger = stack.enter_context(Api(second.url))
        for operation in document.operations.values():
            path = path_of(operation, {one.name: str(uuid4()) for one in operation.parameters})
            if stranger.http.request(operation.method, path).status_code != 401:
                served.open.add(operation.id)
    return served


class _StartLog(logging.Handler):
    """Keeps the error of a server that does not start, which its thread logs before it ends."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.error: BaseException | None = None
        # Without it, pytest reports the end of the thread as an error of its own.
        patch.setattr(threading, "excepthook", _ignore)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of a record."""
        if record.exc_info:
            self.error = record.exc_info[1]

    def __enter__(self) -> Self:
        logging.getLogger("uvicorn.error").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("uvicorn.error").removeHandler(self)


def _ignore(_arguments: threading.ExceptHookArgs) -> None:
    """Do nothing about the end of a thread."""


def _origin(error: BaseException) -> str:
    """Return the last place in the server's code that an error went through, and a colon."""
    places = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}: "
        for frame in extract_tb(error.__traceback__)
        if frame.filename.startswith(str(ROOT / "src"))
    ]
    return places[-1] if places else ""
