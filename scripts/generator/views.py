"""Views for the templates: models, aliases and operations, with everything decided."""

from __future__ import annotations

from typing import Any, NamedTuple

import emit
from contract import Contract, Node, OperationSource, schema_name
from deprecation import message
from openapi_python_client import strings
from shapes import Shape, ShapeMaker, object_parts

from docs import described, sentence, tidy

# By OpenAPI's rule these are not parameters: the driver sets them.
HEADERS_OF_THE_DRIVER = ("accept", "content-type", "authorization")


class FieldView(NamedTuple):
    """One attribute of a model."""

    json_name: str
    name: str
    shape: Shape
    required: bool
    lenient: bool
    doc: str
    reader: str

    @property
    def strict(self) -> bool:
        """Whether a value without it is refused."""
        return self.required and not self.lenient

    @property
    def annotation(self) -> str:
        """The attribute's type."""
        text = emit.annotation(self.shape)
        return text if self.required or self.shape.nullable else f"{text} | None"

    @property
    def parameter(self) -> str:
        """The constructor's parameter, from its type on."""
        text = emit.given(self.shape)
        # The one value of a discriminator: there is nothing for a caller to choose.
        if self.strict and self.shape.closed:
            return f"{text} = {self.shape.values[0]!r}"
        if self.strict:
            return text
        return f"{text} = None" if self.shape.nullable else f"{text} | None = None"

    @property
    def refers(self) -> bool:
        """Whether it is the id of another resource, which items of a list often share."""
        return self.shape.kind == "uuid4" and self.json_name != "id"


class ModelView(NamedTuple):
    """One model."""

    name: str
    doc: str
    mixin: str
    fields: tuple[FieldView, ...]
    functions: tuple[emit.ReaderFunction, ...]
    imports: tuple[tuple[str, str], ...]
    open: bool
    listed: bool
    """Whether pages consist of it."""
    deprecated: str
    """The warning about its use; empty if it is not deprecated."""

    @property
    def references(self) -> list[str]:
        """The variables that hold the last ids of other resources that were read."""
        return [f"_last_{field.name}" for field in self.fields if field.refers]


class ParameterView(NamedTuple):
    """One parameter of an operation."""

    wire: str
    name: str
    shape: Shape
    required: bool
    doc: str

    @property
    def annotation(self) -> str:
        """The argument's type."""
        text = emit.argument(self.shape)
        return text if self.required else f"{text} | None | Unset"


class AnswerView(NamedTuple):
    """One documented success."""

    status: int
    annotation: str
    reader: str


class OperationView(NamedTuple):
    """One operation."""

    id: str
    module: str
    tag: str
    method: str
    path: str
    url: str
    summary: str
    doc: str
    path_parameters: tuple[ParameterView, ...]
    query: tuple[ParameterView, ...]
    headers: tuple[ParameterView, ...]
    body: str
    body_required: bool
    answers: tuple[AnswerView, ...]
    event: str
    models: tuple[tuple[str, str], ...]
    enums: tuple[tuple[str, str], ...]
    deprecated: str

    @property
    def result(self) -> str:
        """The type of the call's result."""
        return " | ".join(dict.fromkeys(answer.annotation for answer in self.answers))


def member_name(value: str) -> str:
    """Return the upper-case name of an enum's member."""
    name = strings.PythonIdentifier(value, prefix="value_").upper()
    return str(name) if name.isidentifier() else f"VALUE_{name}"


class Views:
    """Builds the views of one contract."""

    def __init__(self, contract: Contract, maker: ShapeMaker, settings: Node) -> None:
        self._contract = contract
        self._maker = maker
        self._mixins: dict[str, str] = settings.get("mixins", {})
        self._kept_names = set(settings.get("kept_names", ()))
        self._lenient: dict[str, list[str]] = settings.get("lenient", {})
        self._listed = {
            maker.class_name(item)
            for schema in contract.schemas.values()
            if (item := page_item(schema)) is not None
        }

    def _attribute(self, prop: Any) -> str:
        raw = prop.name.get_untrusted_value()
        return raw if raw in self._kept_names else str(prop.python_name)

    def model(self, model: Any) -> ModelView:
        """Build the view of a model that openapi-python-client found."""
        name = str(model.class_info.name)
        schema = self._maker.schemas[name]
        properties, required = object_parts(self._contract, schema)
        readers = emit.Readers()
        fields: list[FieldView] = []
        classes: set[tuple[str, str]] = set()
        for prop in [*model.required_properties, *model.optional_properties]:
            raw = prop.name.get_untrusted_value()
            shape = self._maker.make(properties[raw], prop)
            classes |= shape.classes()
            attribute = self._attribute(prop)
            reader = readers.expression(shape.without_null(), f"_read_{attribute}")
            if shape.kind in ("list", "map"):  # made once, since from_dict runs for every item
                bare = emit.annotation(shape.without_null())
                made = emit.ReaderFunction(f"_read_{attribute}", bare, reader, "", ())
                readers.functions.append(made)
                reader = made.name
            doc = described(properties[raw], shape)
            lenient = raw in self._lenient.get(name, ())
            fields.append(FieldView(raw, attribute, shape, raw in required, lenient, doc, reader))
        # Parameters with a default must come after those without.
        fields.sort(key=lambda item: (not item.strict, item.strict and item.shape.closed))
        imports = tuple(sorted((module, one) for module, one in classes if one != name))
        return ModelView(
            name,
            sentence(schema.get("description")) or f"{name}, as the contract has it.",
            self._mixins.get(name, ""),
            tuple(fields),
            tuple(readers.functions),
            imports,
            schema.get("additionalProperties") is True,
            name in self._listed,
            message(schema, name),
        )

    def operation(self, endpoint: Any, source: OperationSource) -> OperationView:
        """Build the view of an operation that openapi-python-client found."""
        parameters = {(one["name"], one["in"]): one for one in self._contract.parameters(source)}
        path = self._parameters(endpoint.path_parameters, "path", parameters)
        query = self._parameters(endpoint.query_parameters, "query", parameters)
        headers = self._parameters(endpoint.header_parameters, "header", parameters)
        body, body_required, classes = "", False, set[tuple[str, str]]()
        if "requestBody" in source.data:
            node = self._contract.resolve(source.data["requestBody"])
            shape = self._maker.make(
                node["content"]["application/json"]["schema"], endpoint.bodies[0].prop
            )
            body, body_required, classes = (
                shape.class_name,
                bool(node.get("required")),
                shape.classes(),
            )
        answers: list[AnswerView] = []
        event = ""
        props = {one.status_code.range[0]: one.prop for one in endpoint.responses.patterns}
        for code, response in source.data["responses"].items():
            if not str(code).startswith("2"):
                continue
            content = self._contract.resolve(response).get("content", {})
            if "application/json" in content:
                shape = self._maker.make(content["application/json"]["schema"], props[int(code)])
                reader = emit.Readers().expression(shape, "")
                classes |= shape.classes()
                if page_item(shape.schema) is not None:
                    item = self._maker.make(shape.schema["properties"]["items"], None).item
                    reader = f"decoding.PageReader({reader}, {item.class_name})"
                    classes |= item.classes()
                answers.append(AnswerView(int(code), emit.annotation(shape), reader))
            elif not content:
                answers.append(AnswerView(int(code), "None", "decoding.nothing"))
            if "text/event-stream" in content:
                shape = self._maker.make(content["text/event-stream"]["schema"], None)
                event = shape.class_name
                classes |= shape.classes()
        url = source.path
        for one in path:
            url = url.replace(f"{{{one.wire}}}", f"{{_{one.name}({one.name})}}")
        enums = {item for one in (*path, *query, *headers) for item in one.shape.classes()}
        summary = sentence(source.data.get("summary")) or f"{source.name}."
        return OperationView(
            source.name,
            str(strings.PythonIdentifier(endpoint.name, "field_")),
            str(endpoint.tags[0]),
            source.method.upper(),
            source.path,
            url,
            summary,
            sentence(source.data.get("description")),
            path,
            query,
            headers,
            body,
            body_required,
            tuple(sorted(answers)),
            event,
            tuple(sorted(classes)),
            tuple(sorted(enums)),
            message(source.data, source.name),
        )

    def _parameters(
        self, props: list[Any], location: str, sources: dict[tuple[str, str], Node]
    ) -> tuple[ParameterView, ...]:
        """Build the views of the parameters in one location, required ones first."""
        found: list[ParameterView] = []
        for prop in props:
            wire = prop.name.get_untrusted_value()
            if location == "header" and wire.lower() in HEADERS_OF_THE_DRIVER:
                continue
            source = sources[wire, location]
            shape = self._maker.make(source["schema"], prop)
            required = bool(source.get("required"))
            found.append(
                ParameterView(
                    wire, str(prop.python_name), shape, required, described(source, shape)
                )
            )
        return (
            tuple(found)
            if location == "path"
            else tuple(sorted(found, key=lambda one: not one.required))
        )

    def inline_aliases(self, model: Any) -> dict[str, tuple[str, Shape, str]]:
        """Name the types inside a model that are not classes, as the 0.3 SDK did.

        A union gets its model's name and the property's (``ChatSettingsStop``), and so does a
        free-form object (``SessionMetadata``); items of a list get ``Item`` at the end.
        """
        name = str(model.class_info.name)
        own = self._maker.schemas[name].get("properties", {})
        found: dict[str, tuple[str, Shape, str]] = {}
        for prop in [*model.required_properties, *model.optional_properties]:
            raw = prop.name.get_untrusted_value()
            if raw not in own or schema_name(own[raw]) is not None:
                continue
            shape = self._maker.make(own[raw], prop).without_null()
            title = name + strings.pascal_case(raw)
            parts = [(title, shape)]
            lists = [one for one in (shape, *shape.items) if one.kind == "list"]
            parts += [(f"{title}Item", one.item.without_null()) for one in lists]
            for alias, part in parts:
                if part.kind in ("union", "tagged", "object"):
                    what = "may be" if alias == title else "consists of"
                    doc = f"What `{raw}` of a `{name}` {what}."
                    found[alias] = (str(strings.PythonIdentifier(alias, "field_")), part, doc)
        return found

    def aliases(self, pool: list[Any]) -> dict[str, tuple[str, Shape, str]]:
        """Return the named schemas that are not classes: name -> (module, shape, description)."""
        found: dict[str, tuple[str, Shape, str]] = {}
        for name in self._contract.schemas:
            shape = component_shape(self._maker, name, pool)
            if (
                shape.class_name
                and shape.kind in ("model", "enum")
                and schema_name_of(shape, name, self._maker)
            ):
                continue
            module = str(strings.PythonIdentifier(name, "field_"))
            doc = tidy(self._contract.schemas[name].get("description"))
            found[str(strings.ClassName(name, "field_"))] = (module, shape, doc)
        return found


def page_item(schema: Node) -> str | None:
    """Return the name of the items' schema, if a schema is a page of models and nothing else."""
    fields = schema.get("properties", {})
    return schema_name(fields["items"].get("items", {})) if list(fields) == ["items"] else None


def schema_name_of(shape: Shape, name: str, maker: ShapeMaker) -> bool:
    """Whether a component's shape is its own class, not another component's."""
    return maker.class_name(name) == shape.class_name


class Pool(NamedTuple):
    """Classes in which to look up a name, instead of a property."""

    inner_properties: list[Any]


def component_shape(maker: ShapeMaker, name: str, pool: list[Any]) -> Shape:
    """Build the shape of a named schema; ``pool`` has all classes, for those inside a union."""
    prefix = maker.class_name(name)
    inner = [one for one in pool if one.class_info.name.startswith(prefix)]
    return maker.make({"$ref": f"#/components/schemas/{name}"}, Pool(inner))


__all__ = ["Views", "component_shape", "schema_name"]
