"""Operations of the contract, as views for the templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

import emit
from contract import Contract, ContractError, Node, OperationSource, as_node, schema_name
from deprecation import message
from findings import Findings
from media import Success, is_json, request_body, successes
from names import identifiers, module_name, operation_name, unique
from openapi_python_client.strings import PythonIdentifier
from operation_views import AnswerView, OperationView, ParameterView
from shape import Shape
from shapes import ShapeMaker

from docs import described, sentence

# By OpenAPI's rule these are not parameters: the driver sets them.
HEADERS_OF_THE_DRIVER = ("accept", "content-type", "authorization")
LOCATIONS = ("path", "query", "header", "cookie")
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
KEYS_OF_OPERATION = {
    "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses",
    "security", "deprecated", "externalDocs",
}  # fmt: skip
IGNORED_OF_OPERATION = ("callbacks", "servers")
KEYS_OF_PARAMETER = {
    "name", "in", "required", "description", "schema", "content", "example", "examples", "style",
    "explode", "deprecated", "allowReserved", "allowEmptyValue",
}  # fmt: skip
_SCALARS = (
    "string", "uuid", "uuid4", "date_time", "date", "time", "duration", "byte", "file", "integer",
    "number", "boolean", "enum",
)  # fmt: skip


class Operations:
    """Reads the operations of a contract."""

    def __init__(
        self, contract: Contract, maker: ShapeMaker, findings: Findings, *, own_parameters: bool
    ) -> None:
        self._contract = contract
        self._own_parameters = own_parameters
        self._maker = maker
        self._findings = findings
        self._modules: dict[str, set[str]] = {}
        self._ids: dict[str, str] = {}
        self._named = {str(one.data.get("operationId")) for one in contract.operations()}
        self._packages: dict[str, str] = {}

    def read(self) -> list[OperationView]:
        """Return the views of all operations."""
        found: list[OperationView] = []
        for source in self._contract.operations():
            where = f"{source.method.upper()} {source.path}"
            if source.name in self._ids:
                self._findings.refuse(
                    source.data, "operationId", f"operationId {source.name} is also used by "
                    f"{self._ids[source.name]}", "a unique one",
                )  # fmt: skip
                continue
            self._ids[source.name] = where
            try:
                found.append(self._operation(source))
            except ContractError as error:
                text, _, expected = str(error).partition("; expected ")
                self._findings.refuse(
                    source.data, "reference", text, expected or "a node of the document"
                )
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                text = f"not valid OpenAPI: {type(error).__name__} {error}"
                self._findings.refuse(source.data, "not valid", text, "a valid operation")
        return found

    def _operation(self, source: OperationSource) -> OperationView:
        data = source.data
        self._audit(data)
        parameters = self._parameters(source)
        by_location = {
            location: tuple(one for where, one in parameters if where == location)
            for location in LOCATIONS
        }
        path = self._path(source, by_location["path"])
        body = None
        if "requestBody" in data:
            body = request_body(self._contract, self._maker, self._findings, data["requestBody"])
        readers = emit.Readers()
        answers, events, shapes = self._answers(source, readers)
        event = events[0] if events else None
        if body:
            shapes = [*shapes, *body.shapes]
        models, enums = _imports(shapes, [one.shape for _, one in parameters], event)
        return OperationView(
            *self._identity(source),
            source.method.upper(),
            source.path,
            _url(source.path, path),
            sentence(data.get("summary")) or f"{source.name}.",
            sentence(data.get("description")),
            path,
            by_location["query"],
            by_location["header"],
            by_location["cookie"],
            body,
            tuple(answers),
            emit.annotation(event) if event else "",
            readers.expression(event, "_read_event") if event else "",
            tuple(readers.functions),
            tuple(sorted(models)),
            tuple(sorted(enums)),
            message(data, source.name),
        )

    def _identity(self, source: OperationSource) -> tuple[str, str, str, str]:
        """Return an operation's id, the names of its module and of its package, and its tag."""
        data = source.data
        given = str(data.get("operationId") or operation_name(source.path, source.method))
        if not data.get("operationId"):
            given = unique(given, self._named)
            self._named.add(given)
        tags = [str(tag) for tag in data.get("tags") or ()]
        tag = tags[0] if tags else "default"
        if len(tags) > 1:
            self._findings.note(data, "several tags", f"it is in {tag}, the first of its tags")
        package = self._package(tag)
        taken = self._modules.setdefault(package, set())
        wanted = module_name(given)
        name = unique(wanted, taken)
        taken.add(name)
        if name != wanted:
            text = f"another operation's module is {wanted} already: this one is {name}"
            self._findings.note(data, "names that collide", text)
        return given, name, package, tag

    def _package(self, tag: str) -> str:
        """Return the package of a tag."""
        if tag not in self._packages:
            name = str(PythonIdentifier(tag, "tag"))
            self._packages[tag] = unique(name, self._packages.values())
            if self._packages[tag] != name:
                text = f"another tag's package is {name} already: {tag!r} has {self._packages[tag]}"
                self._findings.note((), "names that collide", text)
        return self._packages[tag]

    def _audit(self, data: Node) -> None:
        for key in IGNORED_OF_OPERATION:
            if data.get(key):
                self._findings.note(data, f"{key} are left out")
        for key in data:
            if key not in KEYS_OF_OPERATION and key not in IGNORED_OF_OPERATION and key[:2] != "x-":
                text = f"'{key}' is not supported"
                self._findings.refuse(data, f"'{key}'", text, f"to leave it out, or x-{key}")
        for answer in as_node(data.get("responses")).values():
            if self._contract.resolve(as_node(answer)).get("links"):
                self._findings.note(answer, "links are left out")

    def _parameters(self, source: OperationSource) -> list[tuple[str, ParameterView]]:
        found: list[tuple[str, Node, Shape, str]] = []
        for node in self._contract.parameters(source):
            location = node.get("in")
            if location not in LOCATIONS:
                self._findings.refuse(
                    node, "location of a parameter", f"in: {location} is not supported",
                    f"one of {', '.join(LOCATIONS)}",
                )  # fmt: skip
                continue
            if location == "header" and str(node["name"]).lower() in HEADERS_OF_THE_DRIVER:
                continue
            own = self._own(node, source) if self._own_parameters else node
            shape, style = self._parameter(own, str(location))
            found.append((str(location), own, shape, style))
        order = {name: n for n, name in enumerate(re.findall(r"\{([^{}]+)\}", source.path))}
        found.sort(key=lambda one: order.get(one[1]["name"], 0) if one[0] == "path" else len(order))
        wires = identifiers([str(one[1]["name"]) for one in found])
        names = [wires[str(one[1]["name"])] for one in found]
        taken = self._reserved(source)
        views: list[tuple[str, ParameterView]] = []
        for (location, node, shape, style), wanted in zip(found, names, strict=True):
            is_taken = names.count(wanted) > 1 or wanted in taken | {"call", "stream"}
            is_taken = is_taken or self._maker.is_class(wanted)
            name = unique(f"{wanted}_{location}" if is_taken else wanted, taken)
            taken.add(name)
            required = location == "path" or node.get("required") is True
            doc = described(node, shape)
            views.append(
                (location, ParameterView(str(node["name"]), name, shape, required, doc, style))
            )
        views.sort(key=lambda one: one[0] != "path" and not one[1].required)
        return views

    def _reserved(self, source: OperationSource) -> set[str]:
        """Return the names of arguments that an operation has beside its parameters."""
        found = set[str]()
        if "requestBody" in source.data:
            body = self._contract.resolve(as_node(source.data["requestBody"]))
            found = {"body", "content_type"} if len(as_node(body.get("content"))) > 1 else {"body"}
        for _, given in _documented(source.data.get("responses") or {}):
            kinds = self._successes(source, given)
            if sum(one.kind != "events" for one in kinds) > 1:
                found.add("accept")
        return found

    def _successes(self, source: OperationSource, response: Node) -> list[Success]:
        """Return what a response consists of: to HEAD, nothing is sent."""
        bare = source.method == "head"
        return successes(self._contract, {} if bare else self._contract.resolve(response))

    def _own(self, node: Node, source: OperationSource) -> Node:
        """Return a parameter whose classes are named after the operation that it is in."""
        if not isinstance(node.get("schema"), dict):
            return node
        place = (*source.pointer, "parameters", str(node["name"]))
        return {**node, "schema": self._contract.place(dict(as_node(node["schema"])), place)}

    def _parameter(self, node: Node, location: str) -> tuple[Shape, str]:
        """Return a parameter's shape, and the expression of its style."""
        for key in node:
            if key not in KEYS_OF_PARAMETER and str(key)[:2] != "x-":
                text = f"'{key}' is not supported in a parameter"
                self._findings.refuse(node, f"'{key}'", text, "a schema alone")
        if node.get("allowReserved"):
            text = "reserved characters are sent percent-encoded, as others are"
            self._findings.note(node, "'allowReserved' is left out", text)
        if content := as_node(node.get("content")):
            kind, media = next(iter(content.items()))
            shape = self._maker.make(as_node(media).get("schema", True)).without_null()
            return shape, "styles.as_json" if is_json(kind) or shape.kind not in _SCALARS else ""
        if "schema" not in node:
            self._findings.refuse(node, "parameter without a schema", "there is no schema", "one")
            return Shape("string"), ""
        shape = self._maker.make(node["schema"])
        if shape.nullable:
            self._findings.note(node, "null in a parameter", "null has no text: None is not sent")
            shape = shape.without_null()
        usual = STYLES[location][0]
        style = node.get("style", usual)
        if style not in STYLES[location]:
            self._findings.refuse(
                node, "style", f"style: {style} is not supported in {location}",
                f"one of {', '.join(STYLES[location])}",
            )  # fmt: skip
            return shape, ""
        explode = bool(node.get("explode", style in ("form", "deepObject")))
        flat = all(
            one.kind in _SCALARS for one in _within(shape) if one.kind not in ("fit", "union")
        )
        if flat and shape.kind in (*_SCALARS, "fit", "union") and style in ("simple", "form"):
            return shape, ""
        if style == "form" and explode and shape.kind == "list" and shape.item.kind in _SCALARS:
            return shape, ""
        given = "" if style == "deepObject" else f"explode={explode}"
        return shape, f"styles.{_STYLE_NAMES[style]}({given})"

    def _path(
        self, source: OperationSource, path: tuple[ParameterView, ...]
    ) -> tuple[ParameterView, ...]:
        names = sorted(one.wire for one in path)
        in_path = sorted(set(re.findall(r"\{([^{}]+)\}", source.path)))
        if names != in_path:
            self._findings.refuse(
                source.data, "path parameters",
                f"the path {source.path} has the parameters {in_path}; described are {names}",
                "a path parameter for each name in braces",
            )  # fmt: skip
        return path

    def _answers(
        self, source: OperationSource, readers: emit.Readers
    ) -> tuple[list[AnswerView], list[Shape], list[Shape]]:
        """Return the views of the successes, the events, and the shapes."""
        found: list[AnswerView] = []
        events: list[Shape] = []
        shapes: list[Shape] = []
        documented = _documented(source.data.get("responses") or {})
        for status, given in documented:
            types: list[tuple[str, str, str]] = []
            for number, one in enumerate(self._successes(source, given), 1):
                name = f"_read_{status.lower()}" + (f"_{number}" if number > 1 else "")
                if one.kind == "events":
                    events.append(self._maker.make(one.schema))
                elif one.kind == "json":
                    shape = self._maker.make(one.schema)
                    shapes.append(shape)
                    types.append(
                        (
                            one.content_type,
                            emit.annotation(shape),
                            self._reader(shape, name, readers, shapes),
                        )
                    )
                elif one.kind == "nothing":
                    types.append(("", "None", "decoding.nothing"))
                else:
                    kind = "str" if one.kind == "text" else "bytes"
                    types.append((one.content_type, kind, f"bodies.read_{one.kind}"))
            if types:
                found.append(AnswerView(status, tuple(types), several=len(types) > 1))
        if not documented:
            text = "no success is documented: any is read as bytes"
            self._findings.note(source.data, "no documented success", text)
            found.append(AnswerView("2XX", (("", "bytes", "bodies.read_bytes"),)))
        if not found and not events:
            found.append(AnswerView("2XX", (("", "None", "decoding.nothing"),)))
        # Ranges first: a single status of them replaces their reader.
        found.sort(key=lambda one: (one.status.isdecimal(), one.status))
        return found, events, shapes

    def _reader(self, shape: Shape, name: str, readers: emit.Readers, shapes: list[Shape]) -> str:
        """Return the expression that reads JSON; of a page, both the whole and its items."""
        reader = readers.expression(shape, name)
        item = self._page_item(shape)
        if item is None:
            return reader
        shapes.append(item)
        self._maker.listed.add(item.class_name)
        return f"decoding.PageReader({reader}, {item.class_name})"

    def _page_item(self, shape: Shape) -> Shape | None:
        if shape.kind != "model" or shape.nullable or page_item(shape.schema) is None:
            return None
        item = self._maker.make(shape.schema["properties"]["items"])
        is_page = item.kind == "list" and not item.nullable and item.item.kind == "model"
        return item.item if is_page and not item.item.nullable else None


_STYLE_NAMES = {
    "simple": "simple", "label": "label", "matrix": "matrix", "form": "form",
    "spaceDelimited": "spaces", "pipeDelimited": "pipes", "deepObject": "deep_object",
}  # fmt: skip


def _imports(
    shapes: list[Shape], sent: list[Shape], event: Shape | None
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the classes that an operation's module imports, and those that only its types name.

    What encoders need when they run is imported; enums of arguments are types only.
    """
    models = set[tuple[str, str]]().union(*(one.classes() for one in shapes))
    models |= {
        (one.module, one.class_name)
        for shape in sent
        for one in _within(shape)
        if one.kind == "model"
    }
    if event:
        models |= event.classes()
    enums = {item for one in sent for item in one.classes()}
    return models, enums - models


def _within(shape: Shape) -> Iterator[Shape]:
    """Yield a shape, and all that it consists of."""
    yield shape
    for item in shape.items:
        yield from _within(item)


def _documented(responses: dict[Any, Node]) -> list[tuple[str, Node]]:
    """Return the responses of success; if there are none, the default one."""
    found = [(str(status), node) for status, node in responses.items() if str(status)[:1] == "2"]
    rest = {str(status): node for status, node in responses.items()}
    if not found and "default" in rest:
        found = [("default", rest["default"])]
    return found


def _url(path: str, parameters: tuple[ParameterView, ...]) -> str:
    """Return a path as the text of an f-string, or of a string if it has no parameters."""
    names = {one.wire: one for one in parameters}
    out: list[str] = []
    for part in re.split(r"(\{[^{}]+\})", path):
        wire = part[1:-1]
        if part.startswith("{") and wire in names:
            one = names[wire]
            out.append(f"{{_{encoder_name(one)}({one.name})}}")
        else:
            out.append(quote(part, safe="/:@!$&'()*+,;=~%-._?"))
    return "".join(out)


def encoder_name(parameter: ParameterView) -> str:
    """Return the name of the encoder of a path parameter."""
    taken = ("query", "headers", "cookies", "body")
    return f"{parameter.name}_path" if parameter.name in taken else parameter.name


def page_item(schema: Node) -> str | None:
    """Return the name of the items' schema, if a schema is a page of models.

    What a page has beside its items, such as their total number, is optional.
    """
    fields: Node = schema.get("properties", {})
    items = None if set(schema.get("required", ())) - {"items"} else fields.get("items")
    if not isinstance(items, dict):
        return None
    inner = cast("Node", items).get("items")
    return schema_name(cast("Node", inner)) if isinstance(inner, dict) else None
