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
        shape: Its shape, for the classes in it.
    """

    annotation: str
    encoder: str
    is_json: bool
    required: bool
    doc: str
    shape: Shape

    @property
    def model(self) -> str:
        """The model that a JSON body is; empty for other bodies."""
        is_model = self.is_json and self.shape.kind == "model" and not self.shape.nullable
        return self.shape.class_name if is_model else ""


def is_json(kind: str) -> bool:
    """Whether a content type is JSON, or one whose name says that it is written in JSON."""
    plain = kind.partition(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith("+json") or plain == "text/json"


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
        lambda kind: kind.partition(";")[0].strip().lower() == "application/json",
        is_json,
        lambda kind: kind.startswith(MULTIPART),
        lambda kind: kind.startswith(FORM),
        lambda kind: kind.startswith("text/plain"),
        bool,
    )
    kind = next(kind for test in order for kind in content if test(kind))
    if len(content) > 1:
        left = ", ".join(one for one in content if one != kind)
        findings.note(node, "several kinds of a body", f"{kind} is sent; left out: {left}")
    media = as_node(content[kind])
    schema: Any = media.get("schema", True)
    if kind.startswith(MULTIPART):
        maker.mark_files(schema, set())
    shape = maker.make(schema)
    required = node.get("required") is True
    if is_json(kind):
        doc = "The request body, as JSON."
        if shape.kind == "model":
            doc = f"The request body, as a `{shape.class_name}` or a dict with the same keys."
        plain = kind.partition(";")[0].strip().lower() == "application/json"
        text = emit.encoder(shape)
        text = text if plain else f"bodies.json_as({kind!r}, {text})"
        return BodyView(emit.body_argument(shape), text, plain, required, doc, shape)
    if kind.startswith((MULTIPART, FORM)):
        if shape.kind not in ("model", "map", "object", "union", "tagged", "fit", "any"):
            findings.refuse(
                schema, "form that is no object", f"{kind} of {shape.kind}", "an object"
            )
        function = "multipart" if kind.startswith(MULTIPART) else "form"
        parts = _parts(media, findings, function)
        text = f"bodies.{function}({', '.join([emit.encoder(shape), *parts])})"
        what = (
            f"a `{shape.class_name}` or a dict with the same keys" if shape.class_name else "a dict"
        )
        if shape.kind == "any":
            shape = Shape("object")
        doc = f"The fields of the form, as {what}."
        return BodyView(emit.body_argument(shape), text, False, required, doc, shape)
    if kind.startswith("text/") and shape.kind in ("string", "uuid", "enum", "date", "date_time"):
        text = f"bodies.text({kind!r}, {emit.encoder(shape)})"
        doc = f"The text of the request body, which is sent as `{kind}`."
        return BodyView(emit.argument(shape), text, False, required, doc, shape)
    sent = "application/octet-stream" if "*" in kind else kind
    doc = f"The content of the request body, which is sent as `{sent}`."
    annotation = "bytes | str | BinaryIO"
    return BodyView(annotation, f"bodies.raw({sent!r})", False, required, doc, Shape("string"))


def _parts(media: Node, findings: Findings, function: str) -> list[str]:
    """Return how single fields of a form are encoded, as the arguments of its encoder."""
    found: list[str] = []
    for name, one in as_node(media.get("encoding")).items():
        settings = as_node(one)
        if "headers" in settings:
            findings.note(one, "headers of a part", f"headers of the part '{name}' are not sent")
        kind = settings.get("contentType")
        style, explode = settings.get("style"), settings.get("explode")
        if function == "multipart" and isinstance(kind, str):
            # Of several types, the first is what a part is sent as.
            first = kind.partition(",")[0].strip()
            if "*" not in first:
                found.append(f"{name!r}: {first!r}")
        elif function == "form" and style in ("deepObject", "spaceDelimited", "pipeDelimited"):
            found.append(f"{name!r}: {style!r}")
        elif function == "form" and (style == "form" or (style is None and explode is not None)):
            found.append(f"{name!r}: {'form' if explode is not False else 'comma'!r}")
    return [f"{{{', '.join(found)}}}"] if found else []


class Success(NamedTuple):
    """What a documented success consists of.

    Attributes:
        kind: json, events, text, bytes or nothing.
        content_type: Its content type, if it is neither JSON nor nothing.
        schema: Its schema.
    """

    kind: str
    content_type: str = ""
    schema: Any = True


def successes(contract: Contract, findings: Findings, response: Node) -> list[Success]:
    """Return what a response consists of: one kind of content, and a stream of events beside it."""
    content = as_node(response.get("content"))
    if not content:
        return [Success("nothing")]
    found: list[Success] = []
    for kind, given in content.items():
        schema: Any = as_node(given).get("schema", True)
        plain = kind.partition(";")[0].strip().lower()
        if plain == EVENTS:
            found.append(Success("events", kind, schema))
        elif is_json(kind) or (plain == "*/*" and _is_structured(contract, schema)):
            found.append(
                Success("json", "" if plain in ("application/json", "*/*") else kind, schema)
            )
        elif plain.startswith("text/"):
            found.append(Success("text", kind, schema))
        else:
            found.append(Success("bytes", kind, schema))
    rank = {"json": 0, "text": 1, "bytes": 2}
    events = [one for one in found if one.kind == "events"][:1]
    others = sorted((one for one in found if one.kind != "events"), key=lambda one: rank[one.kind])
    if len(others) > 1:
        plain_json = [one for one in others if one.kind == "json" and not one.content_type]
        others = plain_json or others
        left = ", ".join(
            kind for kind in content if kind != (others[0].content_type or "application/json")
        )
        findings.note(
            response, "several kinds of a response", f"the first is read; left out: {left}"
        )
    return [*others[:1], *events]


def _is_structured(contract: Contract, schema: Any) -> bool:
    """Whether a schema is JSON, although its content type is any."""
    node = contract.resolve(as_node(schema))
    return node.get("type") not in (None, "string") or "properties" in node or "allOf" in node
