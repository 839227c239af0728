"""The reference of the API as a page, built from the contract."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup, escape

from julep_server.contract.document import contract_document

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_HEADING: Final = re.compile(r"^(## .*)$", re.MULTILINE)
_CODE: Final = re.compile(r"`([^`]+)`")
_BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")


@cache
def reference_page() -> str:
    """Return the page: every operation and every schema of the contract, as HTML."""
    source = (
        files("julep_server.pages").joinpath("static/reference.html").read_text(encoding="utf-8")
    )
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["prose"] = _prose
    environment.filters["kind"] = _kind
    document: Any = contract_document()
    components = document["components"]
    return environment.from_string(source).render(
        info=document["info"],
        operations=operations_by_tag(document["paths"], components),
        schemas=components["schemas"],
    )


def operations_by_tag(paths: dict[str, Any], components: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the operations by their tag, with references to parameters and responses followed."""
    by_tag: dict[str, list[Any]] = {}
    for path, item in paths.items():
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [
                _followed(one, components)
                for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
            ]
            found = {
                **operation,
                "method": method.upper(),
                "path": path,
                "parameters": parameters,
                "responses": {
                    status: _followed(response, components)
                    for status, response in operation["responses"].items()
                },
            }
            by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(found)
    return by_tag


def _followed(one: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference refers to; anything else as it is."""
    if "$ref" not in one:
        return one
    _, _, section, name = one["$ref"].split("/")
    found: dict[str, Any] = components[section][name]
    return found


def _prose(text: str) -> Markup:
    """Return a description as HTML: headings, paragraphs, bold text, and code between backticks."""
    blocks = [block.strip() for block in _HEADING.sub(r"\n\1\n\n", text).split("\n\n")]
    return Markup("").join(_block(" ".join(block.split())) for block in blocks if block)


def _block(text: str) -> Markup:
    tag = "h3" if text.startswith("## ") else "p"
    marked = escape(text.removeprefix("## "))
    for pattern, element in ((_CODE, "code"), (_BOLD, "strong")):
        # The text is escaped above; only the elements are added.
        marked = Markup(pattern.sub(rf"<{element}>\1</{element}>", str(marked)))  # noqa: S704
    return Markup("<{0}>{1}</{0}>").format(tag, marked)


def _kind(schema: dict[str, Any]) -> Markup:
    """Return the type of a schema in words, with links to the schemas that it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for union in ("oneOf", "anyOf", "allOf"):
        if union in schema:
            between = Markup(" and ") if union == "allOf" else Markup(" or ")
            return between.join(map(_kind, schema[union]))
    kind = schema.get("type", "any value")
    if kind == "array":
        return Markup("array of {}").format(_kind(schema.get("items", {})))
    if "enum" in schema:
        return Markup(", ").join(
            Markup("<code>{}</code>").format("null" if value is None else value)
            for value in schema["enum"]
        )
    return escape(f"{kind} ({schema['format']})" if "format" in schema else kind)
