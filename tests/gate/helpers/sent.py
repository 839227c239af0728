"""What the SDK sends: every method is called with all of its arguments."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import httpx

from julep import JulepError
from julep.errors import InvalidOutputError
from julep.managers.types import ChatSettingsArgs, ContextOverflow
from tests.gate.helpers.document import ID, Document, Node, Operation, deprecation_of, paths_of
from tests.sdk.helpers.methods import (
    MANAGERS,
    METHODS,
    SIDES,
    Caller,
    Method,
    Side,
    parameters,
    public_methods,
)

ROOT: Final = Path(__file__).parents[3]

# A run, or a parsed chat, formats the response by the type of its output.
LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    "sessions.parse": frozenset({"response_format"}),
    "sessions.run": frozenset({"output"}),
    "sessions.stream_run": frozenset({"output"}),
}
UNFINISHED: Final = "timeout"


class Sent(NamedTuple):
    """The keys that one method sent with one operation, in all calls together."""

    keys: set[str]
    """Such as ``query limit``, ``header Prefer`` and ``body messages[].role``."""


class Record(NamedTuple):
    """All that was sent, and what went wrong."""

    sent: Mapping[tuple[Side, str], Mapping[str, set[str]]]
    """The keys by side and method, and by operation."""
    errors: list[str]
    waits: Mapping[str, str]
    """How `jobs.wait` ends for a job that is in a state, and stays in it."""


def where(method: str, side: Side = "sync") -> str:
    """Return the place of a public method, such as ``src/julep/managers/user.py:174``."""
    resource, name = method.split(".")
    managers = MANAGERS[resource]
    kind = managers.sync if side == "sync" else managers.asynchronous
    code = inspect.unwrap(
        public_methods(kind)[name], stop=lambda function: function.__code__.co_name == name
    ).__code__
    path = Path(code.co_filename).relative_to(ROOT)
    return f"{path}:{code.co_firstlineno} {kind.__name__}.{name}"


def offered(function: Method) -> list[str]:
    """Return the names of a method's arguments, the settings of a chat included."""
    found: list[str] = []
    for one in parameters(function):
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            found += ChatSettingsArgs.__annotations__
        else:
            found.append(one.name)
    return found


class Arguments:
    """Valid values of the arguments of every method, made from the contract."""

    def __init__(self, document: Document) -> None:
        self._document = document
        schemas = document.schemas
        variants = document.variants
        function = document.fields(schemas["UpdateToolRequest"])["function"]
        self._special: Mapping[str, list[Any]] = {
            "id": [ID],
            "overwrite": [False, True],
            "stream": [None, True],
            "metadata_filter": [{"key": "value"}],
            "doc": variants(schemas["CreateDoc"]),
            "tool": variants(schemas["CreateToolRequest"]),
            "function": variants(function),
            "functions": [variants(function)],
            "page_size": variants(document.resolve(self._parameter("limit"))),
            "output": [str],
            "repairs": [0],
            "max_turns": [3],
            "approve": [_approve],
            "timeout": [0.001],
            # Of docs.add: a folder without documents. What it stores is that of create and update.
            "path": [Path(__file__).parent],
            "docs.name": ["notes"],
            "prune": [True],
            "dry_run": [True],
            "on_file": [_on_file],
            # Narrower than the contract, which allows any text.
            "context_overflow": [*get_args(ContextOverflow)],
        }

    def calls(self, method: str) -> Iterator[dict[str, Any]]:
        """Yield the arguments of calls of a method that together have all values."""
        resource, name = method.split(".")
        function = public_methods(MANAGERS[resource].sync)[name]
        names = [one for one in offered(function) if one not in LEFT_OUT.get(method, ())]
        values = {one: self.values(resource, one) for one in names}
        switch = values.pop("overwrite", None) or values.pop("stream", None) or [None]
        key = "overwrite" if "overwrite" in names else "stream"
        for choice in switch:
            for number in range(max(map(len, values.values()))):
                call = {one: many[number % len(many)] for one, many in values.items()}
                if choice is not None:
                    call[key] = choice
                if resource == "docs" and "user_id" in call:
                    # A doc has one owner, where a method takes either.
                    yield {**call, "agent_id": None}
                    call["user_id"] = None
                yield call

    def values(self, resource: str, argument: str) -> list[Any]:
        """Return valid values of an argument.

        Raises:
            LookupError: The contract describes nothing of that name.
        """
        for name in (argument, f"{resource}.{argument}"):
            if name in self._special:
                return self._special[name]
        schema = self.schema(resource, argument)
        if schema is None:
            raise LookupError(
                f"{resource}: the contract has no parameter or property {argument!r}, and "
                "Arguments in tests/gate/helpers/sent.py has no value for it"
            )
        return self._document.variants(schema)

    def schema(self, resource: str, argument: str) -> dict[str, Any] | None:
        """Return the schema of the parameter or property that an argument is named like."""
        for operation in self._document.operations.values():
            if operation.tag != resource:
                continue
            for parameter in operation.parameters:
                if parameter.name == argument:
                    return parameter.schema
            fields = {} if operation.body is None else self._document.fields(operation.body)
            if argument in fields:
                return fields[argument]
        return None

    def deprecation(self, resource: str, argument: str, schema: Node) -> tuple[bool, str]:
        """Return whether an argument is deprecated, and the date from which it may be gone."""
        for operation in self._document.operations.values():
            for one in operation.parameters:
                if operation.tag == resource and one.name == argument:
                    return one.deprecated, one.sunset
        return deprecation_of(schema)

    def _parameter(self, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = [
            parameter.schema
            for operation in self._document.operations.values()
            for parameter in operation.parameters
            if parameter.name == name
        ]
        return found[0]


def _on_file(file: object, total: int) -> None:
    """Take what was done with a file, and the number of all."""


def _approve(name: str, arguments: Mapping[str, object]) -> bool:
    """Approve a call of a function."""
    return bool(name) or bool(arguments)


class Responder:
    """Takes the place of a server: records requests, and responds with what the contract has.

    Args:
        document: The contract.
        least: Whether responses lack everything that is optional.
        overrides: Properties of responses by operation.
    """

    def __init__(self, document: Document, *, least: bool = False) -> None:
        self.document = document
        self.least = least
        self.overrides: dict[str, dict[str, Any]] = {"GetJobStatus": {"state": "succeeded"}}
        self.seen: dict[str, set[str]] = defaultdict(set)
        self._patterns = [
            (one, re.compile("/api" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one.path))))
            for one in document.operations.values()
        ]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Record a request and respond to it."""
        operation = self._operation(request)
        body: dict[str, Any] = json.loads(request.content or b"{}")
        keys = self.seen[operation.id]
        keys |= {f"query {name}" for name in request.url.params}
        documented = {one.name for one in operation.parameters if one.location == "header"}
        keys |= {f"header {name}" for name in documented if name in request.headers}
        keys |= {f"body {path}" for path in paths_of(body)}
        status, success = next(iter(operation.success.items()))
        content = success["content"]
        if body.get("stream") and "text/event-stream" in content:
            schema = content["text/event-stream"]["schema"]
            data = json.dumps(self._value(operation, schema, request))
            text = f"id: {ID}:1\ndata: {data}\n\nid: {ID}:2\ndata: [DONE]\n\n"
            return httpx.Response(
                int(status), headers={"content-type": "text/event-stream"}, text=text
            )
        schema = content["application/json"]["schema"]
        return httpx.Response(int(status), json=self._value(operation, schema, request))

    def _value(self, operation: Operation, schema: Node, request: httpx.Request) -> Any:
        document = self.document
        value = document.least(schema) if self.least else document.variants(schema)[0]
        if request.url.params.get("with_total") == "true":
            # Described with the parameter: as a property of the schemas it would make pages slow.
            value["total"] = 1
        return {**value, **self.overrides.get(operation.id, {})}

    def _operation(self, request: httpx.Request) -> Operation:
        for operation, pattern in self._patterns:
            if operation.method == request.method and pattern.fullmatch(request.url.path):
                return operation
        raise AssertionError(f"no operation has {request.method} {request.url.path}")


def record(document: Document) -> Record:
    """Call every method of both classes with all of its arguments."""
    responder, arguments = Responder(document), Arguments(document)
    sent: dict[tuple[Side, str], Mapping[str, set[str]]] = {}
    errors: list[str] = []
    with contextlib.closing(Caller("http://api.test/api", responder)) as caller:
        for resource, name in METHODS:
            method = f"{resource}.{name}"
            for least in (False, True):
                responder.least = least
                for side in SIDES:
                    errors += _call(caller, responder, arguments, side, method)
                    if not least:
                        sent[side, method] = responder.seen
                    responder.seen = defaultdict(set)
        waits = _waits(caller, responder)
    return Record(sent, errors, waits)


def _call(
    caller: Caller, responder: Responder, arguments: Arguments, side: Side, method: str
) -> Iterator[str]:
    """Call a method; every response that the contract allows must lead to a result."""
    try:
        calls = [*arguments.calls(method)]
    except LookupError as error:
        yield f"{where(method, side)}: {error.args[0]}"
        return
    for given in calls[:1] if responder.least else calls:
        try:
            caller.public(side, method, given)
        except InvalidOutputError:
            # The stub's text is not what a parsed chat wants.
            assert method == "sessions.parse"
        except Exception as error:  # noqa: BLE001  # whatever it is, it is reported
            response = "the least valid response" if responder.least else "a valid response"
            yield (
                f"{where(method, side)}, with all arguments and {response}: "
                f"{type(error).__name__}: {error}"
            )


def _waits(caller: Caller, responder: Responder) -> dict[str, str]:
    """Wait for a job that stays in a state, for each state: None, an error, or too long."""
    responder.least = False
    job = responder.document.fields(responder.document.schemas["JobStatus"])
    found: dict[str, str] = {}
    for state in responder.document.enum(job["state"]):
        responder.overrides["GetJobStatus"] = {"state": state}
        found[state] = "returned"
        try:
            caller.public("sync", "jobs.wait", {"job_id": ID, "timeout": 0.001})
        except TimeoutError:
            found[state] = UNFINISHED
        except JulepError as error:
            found[state] = type(error).__name__
    return found
