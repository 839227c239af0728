"""The HTTP server that all servers of tests share, each below a path of its own.

Starting and stopping a uvicorn takes longer than most tests, so one runs as long as the process.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from itertools import count
from typing import Any, Final, TypeVar

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from julep.testing._faults import Faults, respond_with_fault
from julep_server.serving import bind

T = TypeVar("T")

_TIMEOUT: Final = 30.0


class Mount:
    """An application of the host, with the faults of its connections."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.faults: Faults | None = None
        self.requests = 0
        """The number of requests in flight."""

    async def until_idle(self, seconds: float) -> None:
        """Wait until no request is in flight, but not longer than some seconds."""
        for _ in range(int(seconds / 0.002)):
            if not self.requests:
                return
            await asyncio.sleep(0.002)


class Host:
    """A running HTTP server. It is an ASGI application, which finds the one of each request."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._mounts: dict[str, Mount] = {}
        self._numbers = count(1)
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}
        self._loops: list[asyncio.AbstractEventLoop] = []
        self._started = threading.Event()
        self._socket = bind("127.0.0.1", 0)
        self._root = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self,
            http=self._protocol(),
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="julep-testing",
            daemon=True,
        )
        self._thread.start()
        if not self._started.wait(_TIMEOUT):
            raise RuntimeError("the server of the tests failed to start; see its log")

    def close(self) -> None:
        """Stop, and close the socket."""
        if self.process == os.getpid():
            self._server.should_exit = True
            self._thread.join(_TIMEOUT)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's event loop, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loops[0]).result(_TIMEOUT)

    def mount(self, mount: Mount) -> str:
        """Serve an application; return its root URL, which no other one will have."""
        name = str(next(self._numbers))
        self._mounts[name] = mount
        return f"{self._root}/{name}"

    def unmount(self, root: str) -> None:
        """Serve an application no longer."""
        self._mounts.pop(root.rpartition("/")[2], None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request by the application below whose path it is."""
        if scope["type"] == "lifespan":
            await receive()
            self._loops.append(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
            self._started.set()
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        raw: bytes = scope["raw_path"]
        _, name, *rest = raw.decode("ascii", "replace").split("/", 2)
        mount = self._mounts.get(name)
        if mount is None:
            body = {"error": {"code": "stopped", "message": "this server of a test has ended"}}
            await JSONResponse(body, 404)(scope, receive, send)
            return
        path = "/" + "/".join(rest)
        _, _, decoded = scope["path"].removeprefix("/").partition("/")
        below = {**scope, "path": f"/{decoded}", "raw_path": path.encode("ascii", "replace")}
        mount.requests += 1
        try:
            await self._respond(mount, below, receive, send)
        finally:
            mount.requests -= 1

    async def _respond(self, mount: Mount, scope: Scope, receive: Receive, send: Send) -> None:
        faults = mount.faults
        if faults is not None:
            await asyncio.sleep(faults.delay)
            transport = self._transports.get(scope["client"])
            fault = None if transport is None else faults.next()
            if transport is not None and fault is not None:
                await respond_with_fault(
                    mount.app, scope, receive, send, fault=fault, transport=transport
                )
                return
        await mount.app(scope, receive, send)

    def _protocol(self) -> type[asyncio.Protocol]:
        """Return uvicorn's protocol, with a note of each connection by its client's address."""
        transports = self._transports

        def connection_made(protocol: asyncio.Protocol, transport: asyncio.Transport) -> None:
            transports[transport.get_extra_info("peername")[:2]] = transport
            AutoHTTPProtocol.connection_made(protocol, transport)

        def connection_lost(protocol: asyncio.Protocol, error: Exception | None) -> None:
            gone = [key for key, value in transports.items() if value.is_closing()]
            for key in gone:
                transports.pop(key, None)
            AutoHTTPProtocol.connection_lost(protocol, error)

        methods = {"connection_made": connection_made, "connection_lost": connection_lost}
        return type("TrackedProtocol", (AutoHTTPProtocol,), methods)


_hosts: Final[list[Host]] = []
_lock: Final = threading.Lock()


def running_host() -> Host:
    """Return the host of this process, which is started for the first server."""
    with _lock:
        # A forked process has no thread of its parent's.
        if not _hosts or _hosts[0].process != os.getpid():
            _hosts[:] = [Host()]
            atexit.register(_hosts[0].close)
        return _hosts[0]
