"""What a document as a whole must be, before its operations and schemas are read."""

from __future__ import annotations

from typing import cast

from contract import METHODS, Contract, ContractError, Node, as_node
from deprecation import audit_sunsets
from findings import Findings

KEYS_OF_PATH = {"parameters", "summary", "description", "servers", "$ref"}
KEYS_OF_DOCUMENT = {
    "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs",
}  # fmt: skip
KEYS_31 = {"webhooks", "jsonSchemaDialect"}


def audit(contract: Contract, findings: Findings) -> bool:
    """Check a document, and record what is not supported.

    Returns:
        Whether its operations can be read.
    """
    document = contract.document
    if "swagger" in document:
        findings.refuse(
            ("swagger",), "Swagger 2", f"Swagger {document['swagger']} is not supported",
            "OpenAPI 3.0 or 3.1, to which public converters bring it",
        )  # fmt: skip
        return False
    version = str(document.get("openapi"))
    if not version.startswith(("3.0.", "3.1.")):
        expected = "3.0.x or 3.1.x"
        findings.refuse(("openapi",), "version", f"openapi: {version} is not supported", expected)
        return False
    known = KEYS_OF_DOCUMENT | (KEYS_31 if contract.is_31 else set[str]())
    for key in document:
        if key not in known and not str(key).startswith("x-"):
            text = f"'{key}' is not supported"
            findings.refuse((key,), f"'{key}'", text, f"to leave it out, or x-{key}")
    if document.get("webhooks"):
        findings.note(("webhooks",), "webhooks are left out")
    paths = document.get("paths", {} if contract.is_31 else None)
    if not isinstance(paths, dict):
        findings.refuse(("paths",), "paths", "there are no paths", "the operations")
        return False
    audit_sunsets(cast("object", document), findings)
    _paths(contract, findings, as_node(cast("object", paths)))
    return True


def _paths(contract: Contract, findings: Findings, paths: Node) -> None:
    for path, given in paths.items():
        if str(path).startswith("x-"):
            continue
        item = as_node(given)
        if given != item:
            findings.refuse(("paths", path), "not valid", f"{path}: {given!r}", "an object")
        try:
            contract.resolve(item)
        except ContractError as error:
            text, _, expected = str(error).partition("; expected ")
            findings.refuse(item, "reference", text, expected or "a path of the document")
        for key in item:
            if key not in METHODS and key not in KEYS_OF_PATH and not str(key).startswith("x-"):
                text = f"'{key}' is not supported"
                findings.refuse(item, f"'{key}'", text, f"one of {', '.join(METHODS)}")
        if "servers" in item:
            findings.note(item, "servers are left out")
