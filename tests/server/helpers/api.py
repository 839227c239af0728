"""A client that checks every response against the contract, with shortcuts for tests."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

import httpx

from julep_server.contract.operations import Contract
from julep_server.contract.schemas import Schemas
from julep_server.contract.violations import violations
from julep_server.errors import ApiError

DOCUMENT: dict[str, Any] = json.loads(
    files("julep_api").joinpath("openapi.json").read_text("utf-8")
)
CONTRACT = Contract(DOCUMENT)
SCHEMAS = Schemas(DOCUMENT)
REPRESENTATION = {"Prefer": "return=representation"}
UNKNOWN_ID = "7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36"


def resolved(entry: Any) -> Any:
    while "$ref" in entry:
        found: Any = DOCUMENT
        for step in entry["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        entry = found
    return entry


def documented_response(method: str, path: str, status: int) -> Any:
    """Return the documentation of a response; for a path without operation, that of the error."""
    try:
        operation, _ = CONTRACT.match(method, path)
    except ApiError:
        return DOCUMENT["components"]["responses"]["UnexpectedError"]
    item = DOCUMENT["paths"]["/" + "/".join(operation.segments)]
    responses = item[method.lower()]["responses"]
    return resolved(responses.get(str(status), responses["default"]))


def check(schema: Any, value: Any) -> None:
    found = violations(SCHEMAS.validator(schema), value)
    assert not found, (found, value)


@dataclass(frozen=True)
class Event:
    id: str
    kind: str
    data: Any


def parse_events(text: str) -> list[Event]:
    """Parse a whole stream; every event must have an id and one line of data."""
    events: list[Event] = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line)
        if not fields or "" in fields:
            continue
        data = fields["data"]
        kind = fields.get("event", "message")
        events.append(Event(fields["id"], kind, data if data == "[DONE]" else json.loads(data)))
    return events


def check_events(events: list[Event]) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for event in events:
        if event.data != "[DONE]":
            check(schemas["Error" if event.kind == "error" else "ChatResponseChunk"], event.data)


class Api:
    """An HTTP client that checks every response against the contract.

    Args:
        url: The API's base URL.
        key: The API key to send.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        response = self.http.request(method, path, **arguments)
        self.check(method, path, response)
        return response

    def check(self, method: str, path: str, response: httpx.Response) -> None:
        assert response.headers["x-request-id"]
        documented = documented_response(method, path, response.status_code)
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in documented["content"], (media_type, response.status_code)
        if media_type == "text/event-stream":
            check_events(parse_events(response.text))
        else:
            check(documented["content"][media_type]["schema"], response.json())

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def post(self, path: str, body: Any = None, **arguments: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **arguments)

    def put(self, path: str, body: Any, **arguments: Any) -> httpx.Response:
        return self.request("PUT", path, json=body, **arguments)

    def patch(self, path: str, body: Any, **arguments: Any) -> httpx.Response:
        return self.request("PATCH", path, json=body, **arguments)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)

    def make(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Create a resource, and return its representation."""
        if kind == "agents":
            fields.setdefault("name", "Ada")
        if kind == "sessions" and "agent_id" not in fields:
            fields["agent_id"] = self.make("agents")["id"]
        response = self.post(f"/{kind}", fields, headers=REPRESENTATION)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    def chat(self, session_id: str, text: str = "Hello", **fields: Any) -> httpx.Response:
        headers = fields.pop("headers", {})
        fields.setdefault("messages", [{"role": "user", "content": text}])
        return self.post(f"/sessions/{session_id}/chat", fields, headers=headers)

    def reply(self, session_id: str, text: str = "Hello", **fields: Any) -> dict[str, Any]:
        response = self.chat(session_id, text, **fields)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def events(self, session_id: str, text: str = "Hello", **fields: Any) -> list[Event]:
        response = self.chat(session_id, text, stream=True, **fields)
        assert response.status_code == 200, response.text
        return parse_events(response.text)

    def job(self, identifier: str) -> dict[str, Any]:
        response = self.get(f"/jobs/{identifier}")
        assert response.status_code == 200, response.text
        job: dict[str, Any] = response.json()
        return job

    def wait_ended(self, identifier: str) -> dict[str, Any]:
        """Wait until a job has ended, with success or not."""
        return self.wait_for_state(identifier, "succeeded", "aborted", "failed")

    def wait_for_state(self, identifier: str, *states: str) -> dict[str, Any]:
        """Wait until a job is in one of these states."""
        limit = time.monotonic() + 60
        while (job := self.job(identifier))["state"] not in states:
            assert time.monotonic() < limit, job
            time.sleep(0.005)
        return job

    def wait_done(self, response: dict[str, Any]) -> dict[str, Any]:
        """Wait until all jobs of a chat's response have succeeded."""
        states = [self.wait_ended(identifier)["state"] for identifier in response["jobs"]]
        assert set(states) <= {"succeeded"}, states
        return response

    def memories(
        self, agent_id: str, query: str | None = None, **params: Any
    ) -> list[dict[str, Any]]:
        path = f"/agents/{agent_id}/memories"
        if query is not None:
            params["query"] = query
        response = self.get(path, params=params)
        assert response.status_code == 200, response.text
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    def history(self, session_id: str, **params: Any) -> list[dict[str, Any]]:
        response = self.get(f"/sessions/{session_id}/history", params=params)
        assert response.status_code == 200, response.text
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    @contextmanager
    def streaming(
        self, session_id: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Generator[httpx.Response, None, None]:
        """A streamed chat, read as it arrives."""
        path = f"/sessions/{session_id}/chat"
        with self.http.stream(
            "POST", path, json={"stream": True, **body}, headers=headers or {}
        ) as response:
            yield response


def error_of(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the error of a response, which must have this status."""
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()["error"]
    return error


def paths_of(response: httpx.Response) -> list[str]:
    """Return the paths of a 422's violations."""
    return [detail["path"] for detail in error_of(response, 422)["details"]]
