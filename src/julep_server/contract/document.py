"""The contract's document, which is part of the generated package."""

from __future__ import annotations

from importlib.resources import files

from julep_server.json_text import JSONObject, loads


def contract_text() -> bytes:
    """Return the contract as JSON."""
    return files("julep_api").joinpath("openapi.json").read_bytes()


def contract_document() -> JSONObject:
    """Return the contract.

    Raises:
        TypeError: The file has no object.
    """
    document = loads(contract_text())
    if not isinstance(document, dict):
        raise TypeError("openapi.json holds no object")
    return document
