"""Clients that repeat what has failed, and record what they were told in the end."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.chaos.echo_model import answer_to

_LIMIT: Final = 600.0
"""Seconds after which a call that has not succeeded is a failure of the run."""

# What a client repeats: the database or the process is away for a while.
_AGAIN: Final = (429, 503, 507)


@dataclass
class Counts:
    """What the clients met.

    Attributes:
        wrong: Responses that no client should see, by a description.
        longest: The seconds that the slowest call took, and how it failed before.
    """

    writes: int = 0
    chats: int = 0
    repeated: Counter[str] = field(default_factory=Counter[str])
    resumed: int = 0
    restarted: int = 0
    keys: int = 0
    wrong: Counter[str] = field(default_factory=Counter[str])
    longest: tuple[float, str] = (0.0, "")


@dataclass
class Client:
    """One client: makes calls one after another, each until it succeeds."""

    http: httpx.AsyncClient
    counts: Counts
    name: str
    words: int
    chance: random.Random
    agent: str = ""
    session: str = ""
    users: dict[str, str] = field(default_factory=dict[str, str])
    docs: dict[str, str] = field(default_factory=dict[str, str])
    tools: list[str] = field(default_factory=list[str])
    messages: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def begin(self) -> None:
        """Create the agent and the session of this client."""
        self.agent = await self.create("/agents", {"name": self.name})
        self.session = await self.create("/sessions", {"agent_id": self.agent})

    async def work(self, writes: int, chats: int) -> None:
        """Make so many writes and chats, in a random order."""
        calls = [self._write] * writes + [self._chat, self._stream] * (chats // 2)
        calls += [self._chat] * (chats % 2)
        self.chance.shuffle(calls)
        for call in calls:
            await call()

    async def _write(self) -> None:
        self.counts.writes += 1
        await self.chance.choice(_WRITES)(self)

    async def create_user(self) -> None:
        about = f"new {self.counts.writes}"
        user = await self.create("/users", {"name": self.name, "about": about})
        self.users[user] = about

    async def change_user(self) -> None:
        if not self.users:
            return await self.create_user()
        user = self.chance.choice(list(self.users))
        about = f"changed {self.counts.writes}"
        await self.until(200, "PATCH", f"/users/{user}", {"about": about})
        self.users[user] = about
        return None

    async def delete_user(self) -> None:
        if not self.users:
            return await self.create_user()
        user = self.chance.choice(list(self.users))
        await self.until(202, "DELETE", f"/users/{user}")
        del self.users[user]
        return None

    async def create_doc(self) -> None:
        title = f"doc {self.counts.writes} of {self.name}"
        body = {"title": title, "content": f"The text of {title}."}
        doc = await self.create(f"/agents/{self.agent}/docs", body)
        self.docs[doc] = title

    async def delete_doc(self) -> None:
        if not self.docs:
            return await self.create_doc()
        doc = self.chance.choice(list(self.docs))
        await self.until(202, "DELETE", f"/agents/{self.agent}/docs/{doc}")
        del self.docs[doc]
        return None

    async def create_tool(self) -> None:
        # A second tool of the same name is refused, so a repeated request would fail here.
        name = f"tool_{self.counts.writes}"
        function = {"name": name, "parameters": {"type": "object"}}
        await self.create(f"/agents/{self.agent}/tools", {"type": "function", "function": function})
        self.tools.append(name)

    async def _chat(self) -> None:
        said, body = self._said()
        path = f"/sessions/{self.session}/chat"
        response = await self.until(200, "POST", path, body)
        self._record(said, response.json()["response"][0][0]["content"])

    async def _stream(self) -> None:
        """Read a stream: one that is cut goes on where it was cut, or begins again."""
        said, body = self._said()
        body["stream"] = True
        headers = {"Idempotency-Key": self._key()}
        reading, trial = _Reading(), _Trial()
        while not reading.ended:
            trial.check(said)
            more = {"Last-Event-ID": reading.last} if reading.last else {}
            self.counts.resumed += len(more)
            await self._read(reading, body, headers | more)
            if not reading.ended:
                failure = reading.failure or "cut"
                self.counts.repeated[f"stream: {failure}"] += 1
                trial.failed(failure)
                await asyncio.sleep(0.05 + 0.2 * self.chance.random())
        self.counts.longest = max(self.counts.longest, trial.taken(said))
        self._record(said, reading.text)

    async def _read(self, reading: _Reading, body: dict[str, Any], headers: dict[str, str]) -> None:
        path = f"/api/sessions/{self.session}/chat"
        reading.failure = ""
        try:
            async with self.http.stream("POST", path, json=body, headers=headers) as response:
                if response.status_code != 200:
                    await response.aread()
                    self._refused(reading, response)
                    return
                async for line in response.aiter_lines():
                    reading.take(line)
                    if reading.ended or reading.failure:
                        return
        except httpx.HTTPError as error:
            reading.failure = type(error).__name__

    def _refused(self, reading: _Reading, response: httpx.Response) -> None:
        error = _code_of(response)
        if error == "stream_gone":
            # The process that wrote it has ended: the whole answer is read anew, by the same key.
            self.counts.restarted += 1
            reading.begin_again(error)
        elif response.status_code in _AGAIN:
            reading.failure = error
        else:
            self._wrong(response)
            reading.failure = error

    async def create(self, path: str, body: dict[str, Any]) -> str:
        return str((await self.until(201, "POST", path, body)).json()["id"])

    async def until(
        self, status: int, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Repeat a request, with the same key, until it succeeds."""
        headers = {"Idempotency-Key": self._key()} if method == "POST" else {}
        call, trial = f"{method} {path}", _Trial()
        while True:
            trial.check(call)
            try:
                response = await self.http.request(
                    method, f"/api{path}", json=body, headers=headers
                )
            except httpx.HTTPError as error:
                last = type(error).__name__
            else:
                if response.status_code == status:
                    self.counts.longest = max(self.counts.longest, trial.taken(call))
                    return response
                last = _code_of(response)
                if response.status_code not in _AGAIN:
                    self._wrong(response)
                elif "retry-after" not in response.headers:
                    self.counts.wrong[f"{response.status_code} without Retry-After: {last}"] += 1
            self.counts.repeated[last] += 1
            trial.failed(last)
            await asyncio.sleep(0.05 + 0.2 * self.chance.random())

    def _wrong(self, response: httpx.Response) -> None:
        request = response.request
        self.counts.wrong[f"{request.method} {response.status_code} {response.text[:300]}"] += 1

    def _key(self) -> str:
        self.counts.keys += 1
        return f"{self.name} {self.counts.keys}"

    def _said(self) -> tuple[str, dict[str, Any]]:
        self.counts.chats += 1
        said = f"chat {self.counts.chats} of {self.name}"
        return said, {"messages": [{"role": "user", "content": said}]}

    def _record(self, said: str, answered: str) -> None:
        if answered != answer_to(said, self.words):
            self.counts.wrong[f"the answer to {said} is {answered!r}"] += 1
        self.messages += [(said, answered)]

    async def differences(self, http: httpx.AsyncClient) -> list[str]:
        """Compare what a server has with what this client was told."""

        async def items(path: str, **params: str) -> list[dict[str, Any]]:
            response = await http.get(f"/api{path}", params={"limit": "1000", **params})
            found: list[dict[str, Any]] = response.json()["items"]
            return found

        history = await items(f"/sessions/{self.session}/history")
        said = [message["content"] for message in history if not message.get("interrupted")]
        docs = {doc["id"]: doc["title"] for doc in await items(f"/agents/{self.agent}/docs")}
        tools = await items(f"/agents/{self.agent}/tools")
        pairs: dict[str, tuple[object, object]] = {
            "history": (said, [text for turn in self.messages for text in turn]),
            "interrupted": (len(history), len(said)),
            "docs": (docs, self.docs),
            "tools": (sorted(tool["function"]["name"] for tool in tools), sorted(self.tools)),
        }
        return [
            f"{self.name}: {what}: the server has {found}, the client {told}"
            for what, (found, told) in pairs.items()
            if found != told
        ]


def _code_of(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except ValueError:
        return f"{response.status_code} without JSON"


class _Trial:
    """How often a call has failed, and when."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._failures: list[str] = []

    def failed(self, failure: str) -> None:
        """Note a failure."""
        self._failures.append(f"{failure} at {self._seconds:.1f} s")

    def check(self, call: str) -> None:
        """Check that there is time for another attempt.

        Raises:
            AssertionError: There is none; the message has the failures.
        """
        if self._seconds > _LIMIT:
            raise AssertionError(f"{call}: no success in {_LIMIT:g} s, but {self._failures}")

    def taken(self, call: str) -> tuple[float, str]:
        """Return how long a call has taken that has succeeded, and its failures."""
        return self._seconds, f"{call} after {self._failures}"

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began


@dataclass
class _Reading:
    """What was read of a stream, over several connections."""

    text: str = ""
    last: str = ""
    failure: str = ""
    ended: bool = False
    identifier: str = ""

    def begin_again(self, failure: str) -> None:
        """Forget what was read."""
        self.text, self.last, self.failure = "", "", failure

    def take(self, line: str) -> None:
        """Read a line of the stream."""
        if line.startswith("id: "):
            self.identifier = line[4:]
        elif line == "data: [DONE]":
            self.ended = True
        elif line.startswith("data: "):
            data = json.loads(line[6:])
            if "error" in data:
                # What was written is replaced by the repetition's.
                self.begin_again(data["error"]["code"])
                return
            self.text += data["delta"].get("content", "")
            self.last = self.identifier


_WRITES: Final[list[Callable[[Client], Awaitable[None]]]] = [
    *[Client.create_user] * 4,
    *[Client.change_user] * 3,
    Client.delete_user,
    *[Client.create_doc] * 2,
    Client.delete_doc,
    Client.create_tool,
]
