"""The contract's document, which is part of the generated package."""

from __future__ import annotations

from importlib.resources import files

from julep_server.json_text import JSONObject, loads


def contract_document() -> JSONObject:
    """Return the contract.

    Raises:
        TypeError: The file has no object.
    """
    document = loads(files("julep_api").joinpath("openapi.json").read_bytes())
    if not isinstance(document, dict):
        raise TypeError("openapi.json holds no object")
    return document
