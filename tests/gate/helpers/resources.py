"""Resources of every kind, which the gate's requests read, change and delete."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.store import jobs as job_store
from julep_server.store import messages as message_store
from julep_server.store.jobs import NewJob
from julep_server.store.messages import NewSuggestion
from julep_server.store.sessions import sessions
from julep_server.tenancy.keys import LOCAL_TENANT
from tests.gate.helpers.document import Document, Node, Operation
from tests.server.helpers.api import REPRESENTATION, Api

_ENDED = ("succeeded", "aborted", "failed")


class Resources:
    """Makes resources. What cannot be made is recorded with its operation, and the rest is made.

    Args:
        document: The contract.
        failures: Where it is recorded.
        api: A client of the server.
        database: The URL of the server's database.
    """

    def __init__(self, document: Document, failures: list[str], api: Api, database: str) -> None:
        self._document, self._failures, self._api = document, failures, api
        self._database = database
        self.ids: dict[str, str] = {}

    def make(self) -> None:
        """Make an agent with all settings, a user, and a session."""
        ids, document = self.ids, self._document
        owners = ("agent_id", "user_id")
        settings = document.variants(document.schemas["AgentDefaultSettings"])[0]
        self._make("agent_id", "/agents", {"name": "Ada", "default_settings": settings})
        self._make("user_id", "/users", {"name": "Grace"})
        session: Node = {
            **{owner: ids[owner] for owner in owners if owner in ids},
            "situation": "A quiet library",
            # Too little for the history: an explanation has messages that were left out.
            "token_budget": 40,
            "context_overflow": "adaptive",
        }
        self._make("session_id", "/sessions", session)

    def make_all(self) -> None:
        """Make a resource of each kind."""
        self.make()
        function: Node = {"name": "add", "parameters": {}, "description": "Add."}
        self._make(
            "tool_id", "/agents/{agent_id}/tools", {"type": "function", "function": function}
        )
        # What can be recalled has the one word that the chats have.
        doc = {"title": "Hours", "content": "The text at the door: we open at nine."}
        self._make("agents doc_id", "/agents/{agent_id}/docs", doc)
        self._make("users doc_id", "/users/{user_id}/docs", doc)
        for content in ("Grace writes a text.", "Grace reads a long text."):
            memory = {"user_id": self.ids.get("user_id"), "content": content}
            self._send("POST", "/agents/{agent_id}/memories", memory)
        self._chat({"role": "user", "content": "I like porridge with honey."})
        parts = [{"type": "text", "text": "What do I like? Porridge with honey?"}]
        self._chat({"role": "user", "name": "Grace", "content": parts})
        self._find("message_id", "/sessions/{session_id}/history", -1)
        # A job of a chat that could not be waited for would be taken in its place.
        if "message_id" in self.ids and not self._failures:
            self.ids["job_id"] = self._store()
        self._find("memory_id", "/agents/{agent_id}/memories", 0)

    def _make(self, name: str, path: str, body: Node) -> None:
        """Make a resource, and keep its id by a name."""
        made = self._send("POST", path, body)
        self._keep(name, path, made)

    def _find(self, name: str, path: str, position: int) -> None:
        """Keep the id of a resource that a list has."""
        items: Any = (self._send("GET", path) or {}).get("items")
        self._keep(name, path, items[position] if items else None)

    def _keep(self, name: str, path: str, resource: Node | None) -> None:
        if resource is not None and "id" in resource:
            self.ids[name] = str(resource["id"])

    def _chat(self, message: Node) -> None:
        """Chat, and wait until what the chat has begun is done."""
        response = self._send("POST", "/sessions/{session_id}/chat", {"messages": [message]})
        for identifier in (response or {}).get("jobs", ()):
            self.ids["job_id"] = str(identifier)
            limit = time.monotonic() + 60
            while (self._send("GET", "/jobs/{job_id}") or {"state": "failed"})[
                "state"
            ] not in _ENDED:
                if time.monotonic() > limit:
                    self._fail("GET", "/jobs/{job_id}", "the job of a chat does not end")
                    return
                time.sleep(0.005)

    def _send(self, method: str, path: str, body: Node | None = None) -> Node | None:
        """Send a request with these properties, and what else is required; return its response."""
        try:
            url = path.format_map(self.ids)
        except KeyError:
            return None  # of what could not be made, which is recorded
        operation = self._operation(method, path)
        if body is not None and operation is not None and operation.body is not None:
            least: Node = self._document.least(operation.body)
            body = {**least, **body}
        response = self._api.http.request(method, url, json=body, headers=REPRESENTATION)
        if not response.is_success:
            self._fail(method, path, f"{response.status_code} {response.text[:300]} to {body}")
            return None
        return _object_of(response)

    def _fail(self, method: str, path: str, text: str) -> None:
        operation = self._operation(method, path)
        name = f"{method} {path}" if operation is None else operation.id
        if operation is None:
            text = "tests/gate/helpers/resources.py sends it; the contract has no such operation"
        self._failures.append(f"{name}: {text}")

    def _operation(self, method: str, path: str) -> Operation | None:
        """Return an operation by its method and path: it may have another name than yesterday."""
        return next(
            (
                one
                for one in self._document.operations.values()
                if (one.method, one.path) == (method, path)
            ),
            None,
        )

    def _store(self) -> str:
        """Store what takes a model's help to come into being; return the id of a failed job."""
        session_id = self.ids["session_id"]
        new = NewJob("summary", session_id)

        def work(connection: Connection) -> None:
            session = sessions.get(connection, LOCAL_TENANT, session_id)
            summary: dict[str, Any] = {"summary": "They talked about breakfast."}
            sessions.change(connection, LOCAL_TENANT, session, summary, None)
            last = message_store.history(connection, session_id)[-1]
            suggestions = [NewSuggestion("user", "Ask for more."), NewSuggestion("agent", "Offer.")]
            message_store.add_suggestions(connection, session_id, last.id, suggestions)
            job_store.add(connection, LOCAL_TENANT, new)
            job = job_store.take(connection, 1_000_000)
            assert job is not None
            assert job.id == new.id
            job_store.end(connection, job, "failed", "the model gave no answer")

        database = Database(self._database)
        asyncio.run(database.write(work))
        database.close()
        return new.id


def _object_of(response: httpx.Response) -> Node | None:
    found: Node | None = response.json()
    return found if isinstance(found, dict) else None
