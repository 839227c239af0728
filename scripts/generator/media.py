"""Bodies of requests and responses: which content is read or sent, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import emit
from contract import Contract, Node, as_node
from findings import Findings
from shape import Shape
from shapes import ShapeMaker

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
EVENTS = "text/event-stream"


class BodyView(NamedTuple):
    """The body of a request.

    Attributes:
        annotation: The argument's type.
        encoder: The expression that builds its encoder; for a model in JSON, the model's own.
        is_json: Whether it is sent as JSON, so that a driver encodes it.
        required: Whether it must be given.
        doc: What the argument is.
        shapes: The shapes of its content types, for the classes in them.
        choice: The type of the argument that selects a content type; empty if there is one only.
        preferred: The content type of what fits several.
    """

    annotation: str
    encoder: str
    is_json: bool
    required: bool
    doc: str
    shapes: tuple[Shape, ...]
    choice: str = ""
    preferred: str = ""

    @property
    def model(self) -> str:
        """The model that a JSON body is; empty for other bodies."""
        shape = self.shapes[0]
        is_model = self.is_json and shape.kind == "model" and not shape.nullable
        return shape.class_name if is_model else ""


class Media(NamedTuple):
    """One content type of a request's body.

    Attributes:
        kind: The content type.
        annotation: What is taken.
        encoder: The expression of what encodes it to bytes, or of what checks it if it is JSON.
        check: The expression of what checks a value before; empty if the encoder does.
        is_json: Whether a driver encodes it.
        what: What is taken, in words.
        doc: What the argument is, if there is no other content type.
        shape: Its shape.
    """

    kind: str
    annotation: str
    encoder: str
    check: str
    is_json: bool
    what: str
    doc: str
    shape: Shape


def is_json(kind: str) -> bool:
    """Whether a content type is JSON, or one whose name says that it is written in JSON."""
    plain = kind.partition(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith("+json") or plain == "text/json"


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def request_body(
    contract: Contract, maker: ShapeMaker, findings: Findings, given: Node
) -> BodyView | None:
    """Build the view of a request's body; None if it has no content."""
    node = contract.resolve(given)
    content = as_node(node.get("content"))
    if not content:
        findings.refuse(node, "body without content", "there is no content", "a content type")
        return None
    order: tuple[Callable[[str], bool], ...] = (
        lambda kind: _plain(kind) == "application/json",
        is_json,
        lambda kind: kind.startswith(MULTIPART),
        lambda kind: kind.startswith(FORM),
        lambda kind: kind.startswith("text/plain"),
        bool,
    )
    kinds = sorted(content, key=lambda kind: next(n for n, test in enumerate(order) if test(kind)))
    found = [_media(contract, maker, findings, kind, as_node(content[kind])) for kind in kinds]
    required = node.get("required") is True
    first = found[0]
    if len(found) == 1:
        annotation, encoder = first.annotation, first.encoder
        return BodyView(annotation, encoder, first.is_json, required, first.doc, (first.shape,))
    several = f"what fits several is sent as the first of {', '.join(kinds)}"
    findings.note(node, "several kinds of a body", f"{several}; content_type= selects another")
    literal = f"Literal[{', '.join(map(repr, kinds))}]"
    doc = "; ".join(f"{one.what}, as `{one.kind}`" for one in found)
    return BodyView(
        "object" if first.shape.kind == "any" else emit.either(one.annotation for one in found),
        f"media.body({', '.join(map(_kind, found))}, required={required})",
        is_json=False,
        required=required,
        doc=f"The request body: {doc}.",
        shapes=tuple(one.shape for one in found),
        choice="str" if any("*" in kind for kind in kinds) else literal,
        preferred=first.kind,
    )


def _kind(one: Media) -> str:
    """Return the expression of one of several content types."""
    if one.is_json:
        return f"media.Kind({one.kind!r}, {one.encoder})"
    return f"media.Kind({one.kind!r}, {one.check or None}, {one.encoder})"


def _media(
    contract: Contract, maker: ShapeMaker, findings: Findings, kind: str, media: Node
) -> Media:
    schema: Any = media.get("schema", True)
    if kind.startswith(MULTIPART):
        maker.mark_files(schema, set())
    shape = maker.make(schema)
    known = f"a `{shape.class_name}` or a dict with the same keys" if shape.class_name else ""
    is_any_json = _plain(kind) == "*/*" and _is_structured(contract, schema)
    if is_json(kind) or is_any_json:
        name = "application/json" if is_any_json else kind
        plain = _plain(name) == "application/json"
        what = known if shape.kind == "model" else "JSON"
        check, doc = emit.encoder(shape), f"The request body, as {what}."
        text = check if plain else f"bodies.json_as({kind!r}, {check})"
        annotation = emit.body_argument(shape)
        return Media(name, annotation, text, "" if plain else check, plain, what, doc, shape)
    if kind.startswith((MULTIPART, FORM)):
        if shape.kind not in ("model", "map", "object", "union", "tagged", "fit", "any"):
            findings.refuse(
                schema, "form that is no object", f"{kind} of {shape.kind}", "an object"
            )
        function = "multipart" if kind.startswith(MULTIPART) else "form"
        parts = _parts(media, findings, function)
        check, what = emit.encoder(shape), known or "a dict"
        text = f"bodies.{function}({', '.join([check, *parts])})"
        if shape.kind == "any":
            shape = Shape("object")
        doc = f"The fields of the form, as {what}."
        return Media(kind, emit.body_argument(shape), text, check, False, what, doc, shape)
    if kind.startswith("text/") and shape.kind in ("string", "uuid", "enum", "date", "date_time"):
        text = f"bodies.text({kind!r}, {emit.encoder(shape)})"
        doc = f"The text of the request body, which is sent as `{kind}`."
        return Media(kind, emit.argument(shape), text, "", False, "a text", doc, shape)
    doc = f"The content of the request body, which is sent as `{kind}`."
    if "*" in kind:
        doc = f"The content of the request body; a `File` has the type to send, of `{kind}`."
    raw = f"bodies.raw({kind!r})"
    return Media(kind, "FileTypes", raw, "", False, "its content", doc, Shape("string"))


def _parts(media: Node, findings: Findings, function: str) -> list[str]:
    """Return how single fields of a form are encoded, as the arguments of its encoder."""
    found: list[str] = []
    deep: list[str] = []
    for name, one in as_node(media.get("encoding")).items():
        settings = as_node(one)
        if "headers" in settings:
            findings.note(one, "headers of a part", f"headers of the part '{name}' are not sent")
        kind = settings.get("contentType")
        style, explode = settings.get("style"), settings.get("explode")
        if function == "multipart":
            # Of several types, the first is what a part is sent as.
            first = kind.partition(",")[0].strip() if isinstance(kind, str) else "*"
            if "*" not in first:
                found.append(f"{name!r}: {first!r}")
            if style == "deepObject":
                deep.append(name)
        elif style in ("deepObject", "spaceDelimited", "pipeDelimited"):
            found.append(f"{name!r}: {style!r}")
        elif style == "form" or (style is None and explode is not None):
            found.append(f"{name!r}: {'form' if explode is not False else 'comma'!r}")
    parts = [f"{{{', '.join(found)}}}"] if found else []
    return [*parts, f"deep={tuple(deep)!r}"] if deep else parts


class Success(NamedTuple):
    """One content type of a documented success.

    Attributes:
        kind: json, events, text, bytes or nothing.
        content_type: Its content type; empty for nothing.
        schema: Its schema.
    """

    kind: str
    content_type: str = ""
    schema: Any = True


def successes(contract: Contract, response: Node) -> list[Success]:
    """Return what a response consists of, JSON first, and a stream of events last."""
    content = as_node(response.get("content"))
    if not content:
        return [Success("nothing")]
    found: list[Success] = []
    for kind, given in content.items():
        schema: Any = as_node(given).get("schema", True)
        plain = _plain(kind)
        if plain == EVENTS:
            found.append(Success("events", kind, schema))
        elif plain == "*/*" and _is_structured(contract, schema):
            found.append(Success("json", "application/json", schema))
        elif is_json(kind):
            found.append(Success("json", _without_charset(kind), schema))
        elif plain.startswith("text/"):
            found.append(Success("text", kind, schema))
        else:
            found.append(Success("bytes", kind, schema))
    events = [one for one in found if one.kind == "events"][:1]
    # The first of each type: a charset beside JSON makes no other.
    others = {one.content_type: one for one in reversed(found) if one.kind != "events"}
    return [*sorted(others.values(), key=_preference), *events]


def _without_charset(kind: str) -> str:
    plain, *rest = kind.split(";")
    return ";".join(
        [plain, *(one for one in rest if not one.strip().lower().startswith("charset="))]
    )


def _preference(one: Success) -> tuple[int, bool]:
    rank = {"json": 0, "text": 1, "bytes": 2}
    return rank[one.kind], one.content_type != "application/json"


def _is_structured(contract: Contract, schema: Any) -> bool:
    """Whether a schema is JSON, although its content type is any."""
    node = contract.resolve(as_node(schema))
    return node.get("type") not in (None, "string") or "properties" in node or "allOf" in node
