"""One normal form of schemas: OpenAPI 3.0 and 3.1 alike, allOf merged, references followed.

The normal form is a dict as OpenAPI 3.0 has it, with these differences:

    types       all types but null, as a tuple; absent if any is allowed
    nullable    whether null is allowed
    null        true if nothing but null is
    enum        the values without null, each once
    patterns    regular expressions, all of which must match
    unions      for each oneOf and anyOf: its members and its discriminator
    bases       the names of the schemas that were merged into it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, cast

from contract import Contract, ContractError, Node, Pointer, as_node, schema_name
from findings import Findings

TYPES = ("string", "integer", "number", "boolean", "array", "object")
NOTES = {
    "description", "title", "example", "default", "deprecated", "x-sunset", "externalDocs", "xml",
    "readOnly",
    "writeOnly", "discriminator", "nullable",
}  # fmt: skip
READ = {
    "$ref", "type", "format", "enum", "allOf", "oneOf", "anyOf", "items", "properties", "required",
    "additionalProperties", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems",
}  # fmt: skip
UNCHECKED = {"not", "multipleOf", "minProperties", "maxProperties"}
# Keywords of JSON Schema that only 3.1 has.
NOTES_31 = {
    "examples", "$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "contentSchema",
    "$dynamicAnchor", "$recursiveAnchor",
}  # fmt: skip
READ_31 = {"const", "contentEncoding", "contentMediaType"}
UNCHECKED_31 = {
    "if", "then", "else", "contains", "minContains", "maxContains", "patternProperties",
    "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "prefixItems",
    "additionalItems", "unevaluatedProperties", "unevaluatedItems",
}  # fmt: skip
NOT_READ = {"$dynamicRef", "$recursiveRef"}
# What each type reads; beside another type a keyword has no effect.
KEYWORDS = {
    "string": {"pattern", "minLength", "maxLength"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "object": {
        "properties", "required", "additionalProperties", "minProperties", "maxProperties",
    },
}  # fmt: skip


def _either(first: Any, second: Any) -> Any:
    return first | second


def _all_of_both(first: list[Any], second: list[Any]) -> list[Any]:
    return [*first, *(each for each in second if each not in first)]


# How keywords of two schemas become one that allows what both allow. Of others, the first remains.
_MERGED: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("required", "patterns", "unions"), _all_of_both),
    **dict.fromkeys(("minLength", "minItems", "minimum"), max),
    **dict.fromkeys(("maxLength", "maxItems", "maximum"), min),
    **dict.fromkeys(("readOnly", "writeOnly", "never", "null", "uniqueItems", "bases"), _either),
    "additionalProperties": lambda first, second: first if second is not False else False,
}


class Union(NamedTuple):
    """One oneOf or anyOf."""

    members: list[Any]
    discriminator: Node | None
    key: str


class Merger:
    """Reads schemas into their normal form, and records what cannot be read."""

    def __init__(self, contract: Contract, findings: Findings) -> None:
        self._contract = contract
        self._findings = findings

    def effective(self, node: Any, stack: tuple[str, ...] = ()) -> Node:
        """Return the normal form of a schema.

        Args:
            node: A schema of the document, or one that was made from it.
            stack: The references that led here, to notice a circle.
        """
        if isinstance(node, bool):
            return {} if node else {"never": True}
        if not isinstance(node, dict):
            text = f"{type(node).__name__} is no schema"
            self._findings.refuse(node, "not a schema", text, "an object")
            return {}
        fields = cast("Node", node)
        if "$ref" in fields and not self._contract.is_31:
            if ignored := sorted(key for key in fields if key != "$ref" and key[:2] != "x-"):
                text = f"'{ignored[0]}' beside a $ref: OpenAPI 3.0 ignores it"
                self._findings.note(fields, "ignored beside a reference", text)
            return self._referred(fields, stack)
        own = self._own(fields)
        parts: list[Node] = []
        if "$ref" in fields:
            parts.append(self._referred(fields, stack))
        given = fields.get("allOf", ())
        if isinstance(given, list):
            parts += [self.effective(part, stack) for part in cast("list[object]", given)]
        return self.merged(own, parts, self._contract.pointer(fields)) if parts else own

    def _referred(self, node: Node, stack: tuple[str, ...]) -> Node:
        reference = str(node["$ref"])
        if reference in stack:
            self._findings.refuse(
                node, "reference in a circle", f"{reference} is a part of itself", "another schema"
            )
            return {}
        try:
            target = self._contract.resolve(node)
        except ContractError as error:
            text, _, expected = str(error).partition("; expected ")
            self._findings.refuse(node, "reference", text, expected or "a schema of the document")
            return {}
        inner = self.effective(target, (*stack, reference))
        # A schema that lists those that extend it: for each of them, the list is not a part of it.
        unions = [
            union
            for union in inner.get("unions", ())
            if not any(as_node(one).get("$ref") in stack for one in union.members)
        ]
        name = schema_name(node)
        bases = inner.get("bases", frozenset()) | ({name} if name else set())
        found = {**inner, "unions": unions, "bases": bases}
        if not unions:
            del found["unions"]
        return found

    def _own(self, node: Node) -> Node:
        """Return the normal form of a schema's own keywords."""
        self._audit(node)
        own = {
            key: value
            for key, value in node.items()
            if key in NOTES | READ and key not in ("$ref", "allOf", "oneOf", "anyOf", "type")
        }
        nullable = node.get("nullable") is True
        types = self._types(node)
        if types is not None:
            nullable = nullable or "null" in types
            own["types"] = tuple(kind for kind in types if kind != "null")
        if "const" in node:
            own["enum"] = [node["const"]]
        if isinstance(own.get("enum"), list):
            values = _each_once(cast("list[object]", own["enum"]))
            nullable = nullable or None in values
            own["enum"] = [value for value in values if value is not None]
        for key in ("types", "enum"):
            if own.get(key) in ((), []):
                del own[key]
                own["null"] = True
        self._bounds(node, own)
        _format(node, own)
        own["nullable"] = nullable
        if not nullable:
            del own["nullable"]
        unions = [
            Union(node[key], node.get("discriminator"), key)
            for key in ("oneOf", "anyOf")
            if isinstance(node.get(key), list) and node[key]
        ]
        if unions:
            own["unions"] = unions
        return own

    def _types(self, node: Node) -> tuple[str, ...] | None:
        given: Any = node.get("type")
        if given is None:
            return None
        found: tuple[str, ...] = (
            tuple(cast("list[str]", given)) if isinstance(given, list) else (given,)
        )
        known = (*TYPES, "null") if self._contract.is_31 else TYPES
        wrong = [kind for kind in found if kind not in known]
        if wrong or (isinstance(given, list) and not self._contract.is_31):
            text = f"type: {given} is not supported"
            kinds = f"one of {', '.join(known)}"
            self._findings.refuse(node, "type", text, kinds)
            return None
        return found

    def _bounds(self, node: Node, own: Node) -> None:
        """Bring exclusive bounds into the form of 3.0: true beside the bound."""
        for side, exclusive in (
            ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"),
        ):  # fmt: skip
            value = node.get(exclusive)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and not self._contract.is_31:
                text = f"{exclusive}: {value} is not supported"
                self._findings.refuse(
                    node, "exclusive bound", text, "true beside a bound, as in OpenAPI 3.0"
                )
            elif is_number:
                bound: Any = node.get(side)
                tighter = bound is None or (value >= bound if side == "minimum" else value <= bound)
                own[side] = value if tighter else bound
                own[exclusive] = tighter
            if own.get(exclusive) is False:
                del own[exclusive]

    def _audit(self, node: Node) -> None:
        """Record the keywords that are not read."""
        is_31 = self._contract.is_31
        kind = node.get("type")
        for key in node:
            if key in NOTES or key in READ or str(key).startswith("x-"):
                self._audit_place(node, key, kind)
            elif key in UNCHECKED or (is_31 and key in UNCHECKED_31):
                text = f"'{key}' is not checked before a value is sent"
                self._findings.note(node, f"'{key}' is not checked", text)
            elif key in NOT_READ:
                self._findings.refuse(
                    node, f"'{key}'", f"'{key}' is not supported", "a reference by $ref"
                )
            elif not is_31:
                later = key in NOTES_31 | READ_31 | UNCHECKED_31
                what = "is of OpenAPI 3.1" if later else "is no keyword of OpenAPI 3.0"
                words = "".join(f"-{c.lower()}" if c.isupper() else c for c in str(key))
                self._findings.refuse(
                    node, f"'{key}'", f"'{key}' is not supported: it {what}",
                    f"to leave it out, or x-{words.strip('$-')}",
                )  # fmt: skip
            elif key not in NOTES_31 and key not in READ_31:
                self._findings.note(node, "unknown keyword", f"'{key}' is no keyword")
        for key, schemas in (
            ("properties", as_node(node.get("properties"))),
            ("items", {"": node.get("items", True)}),
            ("additionalProperties", {"": node.get("additionalProperties", True)}),
        ):
            for name, schema in schemas.items():
                if not isinstance(schema, (dict, bool)):
                    place = (*self._contract.pointer(node), key, *([name] if name else []))
                    text = f"{type(schema).__name__} is no schema"
                    self._findings.refuse(place, "not a schema", text, "an object")
                    schemas[name] = True
        wrong = [
            key
            for key, kinds in (
                ("properties", dict), ("required", list), ("enum", list), ("allOf", list),
                ("oneOf", list), ("anyOf", list),
            )
            if key in node and not isinstance(node[key], kinds)
        ]  # fmt: skip
        for key in wrong:
            expected = "a mapping" if key == "properties" else "a list"
            self._findings.refuse(node, "not a schema", f"'{key}': {node[key]!r}", expected)
            node.pop(key)

    def _audit_place(self, node: Node, key: str, kind: object) -> None:
        owners = [name for name, keys in KEYWORDS.items() if key in keys]
        if owners and isinstance(kind, str) and kind.replace("integer", "number") not in owners:
            text = f"'{key}' has no effect beside type: {kind}; did you mean type: {owners[0]}?"
            self._findings.note(node, "keyword without effect", text)

    def merged(self, own: Node, parts: list[Node], pointer: Pointer) -> Node:
        """Merge schemas in their normal form: what is allowed by all of them.

        Args:
            own: The keywords beside an allOf.
            parts: The schemas in it.
            pointer: The place of the whole.
        """
        found: Node = {}
        for part in [*parts, own]:
            for key, value in part.items():
                self._merge(found, key, value, pointer)
        if "title" not in own:
            found.pop("title", None)  # a part's title is the name of the part
        if not (own.get("nullable") or all(part.get("nullable") for part in parts)):
            found.pop("nullable", None)
        for key in ("description", "default", "example", "discriminator"):
            if key in own:
                found[key] = own[key]
        return found

    def _merge(self, found: Node, key: str, value: Any, pointer: Pointer) -> None:
        before: Any = found.get(key)
        if key not in found:
            found[key] = dict(value) if key == "properties" else value
        elif key == "properties":
            for name, schema in value.items():
                before[name] = self._both(before.get(name, True), schema, pointer, name)
        elif key == "items":
            found[key] = self._both(before, value, pointer, key)
        elif key == "types":
            found[key] = self._types_of_both(before, value, pointer)
        elif key == "enum":
            both = [each for each in before if each in value]
            found["never"] = found.get("never") or not both
            found[key] = both or before
        elif key in _MERGED:
            found[key] = _MERGED[key](before, value)

    def _types_of_both(
        self, first: tuple[str, ...], second: tuple[str, ...], pointer: Pointer
    ) -> tuple[str, ...]:
        both = tuple(kind for kind in first if kind in second)
        if not both and {*first, *second} == {"integer", "number"}:
            return ("integer",)
        if not both:
            text = f"allOf of the types {', '.join((*first, *second))}: no value has both"
            self._findings.refuse(pointer, "allOf", text, "types that agree")
        return both or first

    def _both(self, first: Any, second: Any, pointer: Pointer, name: str) -> Any:
        """Return a schema of what two schemas allow; it is in the place of the whole."""
        if first is True or first == second:
            return second
        if not isinstance(first, dict) or not isinstance(second, dict):
            return cast("Any", first if second is True else second)
        place = (*pointer, name) if name == "items" else (*pointer, "properties", name)
        return self._contract.place({"allOf": [first, second]}, place)


def _each_once(values: Iterable[object]) -> list[object]:
    found: list[object] = []
    for value in values:
        if not any(value == each and type(value) is type(each) for each in found):
            found.append(value)
    return found


def _format(node: Node, own: Node) -> None:
    """Bring patterns, and 3.1's keywords for bytes, into the form of 3.0's formats."""
    if isinstance(node.get("pattern"), str):
        own["patterns"] = [own.pop("pattern")]
    encoding, kind = node.get("contentEncoding"), node.get("contentMediaType")
    if encoding == "base64":
        own.setdefault("format", "byte")
    elif encoding is None and kind is not None and own.get("types", ("string",)) == ("string",):
        text = str(kind)
        if not text.endswith("json") and not text.startswith("text/"):
            own.setdefault("format", "binary")
