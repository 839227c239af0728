"""A server that is attacked: its responses, how long others wait, and its memory."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.server.attacks.helpers.inputs import Call, Raw


class Outcome(NamedTuple):
    """The status of a response, 0 for none, and the seconds that it took."""

    status: int
    seconds: float
    body: bytes = b""


class Target:
    """A server in a process of its own, whose key is k.

    Args:
        process: The process.
        url: The API's URL.
    """

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        parts = urlsplit(url)
        self._address = (str(parts.hostname), int(parts.port or 0))

    def call(self, call: Call) -> Outcome:
        """Send a request on a connection of its own."""
        began = time.monotonic()
        headers = {"authorization": "Bearer k", "content-type": "application/json", **call.headers}
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        try:
            connection.request(call.method, call.path, call.body, headers)
            response = connection.getresponse()
            return Outcome(response.status, time.monotonic() - began, response.read())
        except (OSError, http.client.HTTPException) as error:
            return Outcome(0, time.monotonic() - began, repr(error).encode())
        finally:
            connection.close()

    def raw(self, raw: Raw) -> Outcome:
        """Send bytes on a connection of its own, and read to the end of the response."""
        began = time.monotonic()
        found = b""
        with self.connect() as connection:
            sender = threading.Thread(target=_send, args=(connection, raw.data), daemon=True)
            sender.start()
            # A response that comes while the rest is being sent must be seen.
            with contextlib.suppress(OSError):
                while b"\r\n\r\n" not in found and (part := connection.recv(65_536)):
                    found += part
            seconds = time.monotonic() - began
        sender.join()
        words = found.split(b" ", 2)
        return Outcome(int(words[1]) if len(words) == 3 else 0, seconds, found)

    def template(self, source: str) -> Outcome:
        """Chat in a session whose situation is a template."""
        agent = self._made("/api/agents", {"name": "Ada"})
        fields = {"agent_id": agent, "render_templates": True, "situation": source}
        session = self._made("/api/sessions", fields)
        body = json.dumps({"messages": [{"role": "user", "content": "Hi"}]}).encode()
        return self.call(Call("", "POST", f"/api/sessions/{session}/chat", body, (), {}))

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(self._address, 30)

    def memory(self) -> int:
        """Return the memory of the process, in KiB."""
        text = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(text.split("VmRSS:")[1].split()[0])

    def cpu(self) -> float:
        """Return the CPU seconds of the process's threads."""
        nanoseconds = 0
        for thread in Path(f"/proc/{self._process.pid}/task").glob("*/schedstat"):
            # One may end at this moment.
            with contextlib.suppress(OSError):
                nanoseconds += int(thread.read_text("ascii").split()[0])
        return nanoseconds / 1e9

    @contextlib.contextmanager
    def watched(self, clock: Callable[[], float]) -> Iterator[Callable[[], float]]:
        """Ask for the server's health all the time; yield a function for the longest wait.

        Args:
            clock: The seconds by which it is measured.
        """
        waits = [0.0]
        done = threading.Event()

        def watch() -> None:
            health = Call("", "GET", "/healthz", None, (), {})
            while not done.wait(0.02):
                began = clock()
                outcome = self.call(health)
                waits.append(clock() - began if outcome.status == 200 else 30.0)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield lambda: max(waits)
        finally:
            done.set()
            thread.join()

    def _made(self, path: str, fields: dict[str, Any]) -> str:
        outcome = self.call(Call("", "POST", path, json.dumps(fields).encode(), (), {}))
        assert outcome.status == 201, outcome
        return str(json.loads(outcome.body)["id"])


def _send(connection: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(data)
