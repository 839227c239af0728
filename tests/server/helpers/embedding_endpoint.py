"""A fake endpoint's /embeddings on a real socket: records requests, relates a few words, fails."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from typing import Any, Self
from zlib import crc32

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from julep_server.serving import bind

MODEL = "meanings"
DIMENSIONS = 512
_ALIKE = (("cat", "kitten", "feline"), ("boat", "ship", "vessel"), ("tea", "beverage"))
_MEANINGS = {word: number for number, words in enumerate(_ALIKE) for word in words}


def meaning(text: str) -> list[float]:
    """Return a vector: synonyms share a direction, other long words have one each, numbers none."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"[a-z]+", re.sub(r"\w*\d\w*", "", text.lower())):
        if (known := _MEANINGS.get(word)) is not None:
            vector[known] += 1
        elif len(word) > 4:
            vector[len(_ALIKE) + crc32(word.encode()) % 500] += 1
    return vector


class EmbeddingEndpoint:
    """The endpoint; tests set its responses."""

    def __init__(self) -> None:
        self._socket = bind("127.0.0.1", 0)
        app = Starlette(routes=[Route("/v1/embeddings", self._respond, methods=["POST"])])
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self.reset()

    def reset(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.body: Any = None
        self.refused = ""
        self.held = ""
        self.released = threading.Event()

    @property
    def texts(self) -> list[str]:
        """All texts that were sent."""
        return [text for request in self.requests for text in request["input"]]

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.001)
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.should_exit = True
        self._thread.join()

    async def _respond(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization"))
        if self.held and any(self.held in text for text in body["input"]):
            await asyncio.to_thread(self.released.wait)
        if self.status != 200:
            return JSONResponse({"error": {"message": "not now"}}, self.status)
        if self.body is not None:
            return JSONResponse(self.body)
        if self.refused and any(self.refused in text for text in body["input"]):
            return JSONResponse({"error": {"message": "the input is too long"}}, 400)
        items = [
            {"object": "embedding", "index": number, "embedding": meaning(text)}
            for number, text in enumerate(body["input"])
        ]
        # OpenAI's contract allows any order.
        return JSONResponse({"object": "list", "data": items[::-1], "model": body["model"]})
