"""Finds local servers of models at their usual ports."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from julep_server.json_text import JSON, MalformedJSONError, objects_in
from julep_server.models.endpoint_json import decode, read_json, repaired

PORTS: Mapping[str, int] = {"Ollama": 11434, "vLLM": 8000, "llama.cpp": 8080, "LM Studio": 1234}

_TIMEOUT = 0.5
_MAX_BYTES = 1024 * 1024
_log = logging.getLogger("julep_server")


@dataclass(frozen=True, slots=True)
class LocalModels:
    """A local server of models: its probable name, its URL, and the names of its models."""

    server: str
    url: str
    models: tuple[str, ...]


def find_local_models(
    own_port: int | None = None, ports: Mapping[str, int] = PORTS
) -> list[LocalModels]:
    """Return the local servers that list their models.

    Args:
        own_port: A port to leave out.
        ports: The ports to try, by the name of the server.
    """
    found: list[LocalModels] = []
    with httpx.Client(timeout=_TIMEOUT, trust_env=False, verify=False) as client:  # noqa: S501 - http alone
        for server, port in ports.items():
            url = f"http://127.0.0.1:{port}/v1"
            if port != own_port and (models := _models(client, f"{url}/models")):
                found.append(LocalModels(server, url, models))
    return found


def log_local_models(own_port: int) -> None:
    """Log how to use each local server of models that is found."""
    for found in find_local_models(own_port):
        _log.info(
            "%s seems to be at %s (%s); to use it: julep serve --model-url %s --model %s",
            found.server,
            found.url,
            ", ".join(found.models[:10]),
            found.url,
            found.models[0],
        )


def _models(client: httpx.Client, url: str) -> tuple[str, ...]:
    """Return the models that a server lists; none if there is no such server."""
    content = b""
    try:
        with client.stream("GET", url) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > _MAX_BYTES or not response.is_success:
                    return ()
        body: JSON = read_json(decode(content))
    except (httpx.HTTPError, MalformedJSONError):
        return ()
    items = objects_in(body.get("data")) if isinstance(body, dict) else []
    if any(item.get("owned_by") == "julep" for item in items):  # another server of Julep
        return ()
    names = (item.get("id") for item in items)
    return tuple(repaired(name) for name in names if isinstance(name, str) and name.isprintable())
