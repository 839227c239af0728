"""Import all of a generated package, and read the examples of its contract with it.

Prints how many examples were read, and which were not although they are valid: examples that break
their own schemas are not counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, cast
from urllib.parse import unquote

ROOT = Path(sys.argv[1])
sys.path.insert(0, str(ROOT))
DOCUMENT: dict[str, Any] = json.loads((ROOT / "public_api" / "openapi.json").read_text())


def resolved(given: Any) -> dict[str, Any]:
    """Follow a reference; what is no object has no keys."""
    node: Any = given
    while isinstance(node, dict) and "$ref" in node:
        found: Any = DOCUMENT
        for step in str(cast("dict[str, Any]", node)["$ref"])[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            found = cast("Any", found[int(key)] if isinstance(found, list) else found[key])
        node = found
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def examples(media: dict[str, Any]) -> Iterator[Any]:
    """Yield the examples of a response's content, as JSON."""
    schema = resolved(media.get("schema", {}))
    named = [resolved(one) for one in media.get("examples", {}).values()]
    found = [one["value"] for one in named if "value" in one]
    found += [one["example"] for one in (media, schema) if "example" in one]
    for one in found:
        text = one if isinstance(one, str) and one.lstrip()[:1] in ("{", "[") else json.dumps(one)
        yield json.loads(text)


def as_json_schema(node: Any) -> Any:
    """Return a schema with null as OpenAPI 3.0 allows it, as JSON Schema does."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    fields = {key: as_json_schema(one) for key, one in cast("dict[str, Any]", node).items()}
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(fields.get(bound), bool):
            del fields[bound]
    return {"anyOf": [fields, {"type": "null"}]} if fields.get("nullable") is True else fields


def is_valid(schema: Any, value: Any) -> bool:
    """Check an example by its schema."""
    whole = {**as_json_schema(schema), "components": as_json_schema(DOCUMENT.get("components", {}))}
    jsonschema: Any = import_module("jsonschema")  # which has no types
    return bool(jsonschema.Draft202012Validator(whole).is_valid(value))


def main() -> None:
    """Import everything, and read every example of a success."""
    package = import_module("public_api")
    for module in walk_packages(package.__path__, "public_api."):
        import_module(module.name)
    models, operations = import_module("public_api.models"), import_module("public_api.operations")
    assert all(getattr(models, name) is not None for name in models.__all__)
    decode_error = import_module("public_api.errors").DecodeError
    read, unread = 0, list[str]()
    for operation in operations.OPERATIONS.values():
        item = resolved(DOCUMENT["paths"][operation.path])
        answers: Any = getattr(import_module(operation.module), "_ANSWERS", {})
        # Of responses that have several content types, the readers are in an object.
        readers: Any = answers.of(None) if hasattr(answers, "of") else answers
        for status, response in item[operation.method.lower()].get("responses", {}).items():
            reader = readers.get(int(status)) if str(status).isdecimal() else None
            if reader is None:
                continue
            content = resolved(resolved(response).get("content"))
            for kind in [kind for kind in content if "json" in kind]:
                for example in examples(content[kind]):
                    try:
                        if type(reader).__name__ == "BodyReader":
                            reader.read(json.dumps(example).encode(), kind)
                        else:
                            reader(example)
                        read += 1
                    except decode_error as error:
                        if is_valid(content[kind].get("schema", {}), example):
                            unread.append(f"{operation.id}: {error}")
    found = {"operations": len(operations.OPERATIONS), "read": read, "unread": unread}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
