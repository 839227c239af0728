"""Views of models and named types for the templates, with everything decided."""

from __future__ import annotations

from typing import Any, NamedTuple

import emit
from contract import Contract, Node, as_node, schema_name
from deprecation import message
from example import example_of
from names import ClassInfo, Names, attribute_name, identifiers
from openapi_python_client import strings
from shape import Shape
from shapes import ShapeMaker

from docs import described, sentence, tidy


class FieldView(NamedTuple):
    """One attribute of a model."""

    json_name: str
    name: str
    shape: Shape
    required: bool
    lenient: bool
    doc: str
    reader: str
    direction: str
    """``read`` for a property of responses only, ``write`` for one of requests only."""

    @property
    def strict(self) -> bool:
        """Whether a value without it is refused."""
        return self.required and not self.lenient

    @property
    def is_always_sent(self) -> bool:
        """Whether responses have it, unless the server is older than the contract."""
        return self.required and self.direction != "write"

    @property
    def can_be_none(self) -> bool:
        """Whether None is among the values of its type by itself."""
        return self.shape.nullable or self.shape.kind in ("any", "null")

    @property
    def is_forced(self) -> bool:
        """Whether it is None, where it is absent, although its type has no None."""
        return self.lenient and not self.can_be_none

    @property
    def annotation(self) -> str:
        """The attribute's type."""
        text = emit.annotation(self.shape)
        return text if self.required or self.can_be_none else f"{text} | None"

    @property
    def parameter(self) -> str:
        """The constructor's parameter, from its type on."""
        text = emit.given(self.shape)
        # The one value of a discriminator: there is nothing for a caller to choose.
        if self.strict and self.shape.closed:
            return f"{text} = {self.shape.values[0]!r}"
        if self.strict:
            return text
        can_be_none = self.shape.nullable or self.shape.kind == "null"
        return f"{text} = None" if can_be_none else f"{text} | None = None"

    @property
    def refers(self) -> bool:
        """Whether it is the id of another resource, which items of a list often share."""
        return self.shape.kind in ("uuid", "uuid4") and self.json_name != "id"


class ModelView(NamedTuple):
    """One model."""

    name: str
    class_info: ClassInfo
    doc: str
    mixin: str
    fields: tuple[FieldView, ...]
    functions: tuple[emit.ReaderFunction, ...]
    imports: tuple[tuple[str, str], ...]
    open: str
    """The encoder of properties that the contract does not name, if it has one."""
    listed: bool
    """Whether pages consist of it."""
    deprecated: str
    """The warning about its use; empty if it is not deprecated."""
    example: tuple[str, ...]
    """The lines of an example, after the import of the model; empty if the contract has none."""

    @property
    def references(self) -> list[str]:
        """The variables that hold the last ids of other resources that were read."""
        return [f"_last_{field.name}" for field in self.fields if field.refers]

    @property
    def always_sent(self) -> list[FieldView]:
        """The fields that responses have, unless the server is older than the contract."""
        return [field for field in self.fields if field.is_always_sent]

    def of_direction(self, direction: str) -> list[str]:
        """Return the JSON names of what is not sent (read), or must be sent alone (write)."""
        return [
            field.json_name
            for field in self.fields
            if field.direction == direction and (field.required or direction == "read")
        ]


class EnumView(NamedTuple):
    """One enum."""

    name: str
    class_info: ClassInfo
    schema: Node
    value_type: type = str


class AliasView(NamedTuple):
    """One named type that is not a class."""

    name: str
    module: str
    shape: Shape
    doc: str


class Views:
    """Builds the views of one contract."""

    def __init__(self, contract: Contract, maker: ShapeMaker, names: Names, settings: Node) -> None:
        self._contract = contract
        self._maker = maker
        self._names = names
        self._mixins: dict[str, str] = settings.get("mixins", {})
        self._kept_names = set(settings.get("kept_names", ()))
        self._lenient: dict[str, list[str]] = settings.get("lenient", {})

    def model(self, name: str) -> ModelView:
        """Build the view of a model."""
        schema = self._maker.models[name]
        properties: Node = schema["properties"]
        required = set(schema.get("required", ()))
        readers = emit.Readers()
        fields: list[FieldView] = []
        classes: set[tuple[str, str]] = set()
        attributes: set[str] = set()
        wanted = identifiers(list(properties))
        shapes = {raw: self._maker.make(given) for raw, given in properties.items()}
        # Required ones first, as openapi-python-client has them.
        for raw in sorted(properties, key=lambda one: one not in required):
            shape = shapes[raw]
            classes |= shape.classes()
            name_of_class = self._names.is_class(wanted[raw])
            own = f"{wanted[raw]}_" if name_of_class else wanted[raw]
            attribute = attribute_name(raw, own, self._kept_names, attributes)
            attributes.add(attribute)
            reader = readers.expression(shape.without_null(), f"_read_{attribute}")
            if shape.kind in ("list", "map"):  # made once, since from_dict runs for every item
                bare = emit.annotation(shape.without_null())
                made = emit.ReaderFunction(f"_read_{attribute}", bare, reader, "", ())
                readers.functions.append(made)
                reader = made.name
            doc = described(properties[raw], shape)
            direction = self._direction(properties[raw])
            lenient = raw in self._lenient.get(name, ()) or (raw in required and direction != "")
            view = FieldView(
                raw, attribute, shape, raw in required, lenient, doc, reader, direction
            )
            fields.append(view)
        # Parameters with a default must come after those without.
        fields.sort(key=lambda item: (not item.strict, item.strict and item.shape.closed))
        rest: Any = schema.get("additionalProperties")
        is_open = "encoding.json_value" if rest is True or rest == {} else ""
        if isinstance(rest, dict) and rest:
            shape = self._maker.make(rest)
            classes |= shape.classes()
            is_open = emit.encoder(shape)
        imports = tuple(sorted((module, one) for module, one in classes if one != name))
        return ModelView(
            name,
            self._maker.infos[name],
            sentence(schema.get("description")) or f"{name}, as the contract has it.",
            self._mixins.get(name, ""),
            tuple(fields),
            tuple(readers.functions),
            imports,
            is_open,
            name in self._maker.listed,
            message(schema, name),
            example_of(name, schema),
        )

    def _direction(self, schema: Any) -> str:
        """Return whether a property is in responses only, or in requests only."""
        if not isinstance(schema, dict):
            return ""
        node = self._maker.effective(schema)
        if node.get("readOnly") is True:
            return "read"
        return "write" if node.get("writeOnly") is True else ""

    def enum(self, name: str) -> EnumView:
        """Build the view of an enum."""
        return EnumView(name, self._maker.infos[name], self._maker.enums[name])

    def inline_aliases(self, model: ModelView) -> list[AliasView]:
        """Name the types inside a model that are not classes, as the 0.3 SDK did.

        A union gets its model's name and the property's (``ChatSettingsStop``), and so does a
        free-form object (``SessionMetadata``); items of a list get ``Item`` at the end.
        """
        properties = self._maker.models[model.name]["properties"]
        place = self._maker.places[model.name]
        found: list[AliasView] = []
        for field in model.fields:
            node = properties[field.json_name]
            pointer = self._contract.pointer(node)
            if pointer[:-1] != (*place, "properties") or schema_name(node) is not None:
                continue  # described elsewhere
            shape = field.shape.without_null()
            title = model.name + strings.pascal_case(field.json_name)
            parts = [(title, shape)]
            lists = [one for one in (shape, *shape.items) if one.kind == "list"]
            parts += [(f"{title}Item", one.item.without_null()) for one in lists]
            for wanted, part in parts:
                if part.kind in ("union", "tagged", "fit", "object"):
                    what = "may be" if wanted == title else "consists of"
                    doc = f"What `{tidy(field.json_name)}` of a `{model.name}` {what}."
                    name, module = self._names.alias(wanted, pointer)
                    found.append(AliasView(name, module, part, doc))
        return found

    def aliases(self) -> list[AliasView]:
        """Return the named schemas that are not classes."""
        found: list[AliasView] = []
        for name in self._contract.schemas:
            shape = self._maker.component(name)
            info = self._names.of(("components", "schemas", name))
            if shape.kind in ("model", "enum") and shape.class_name == info.name:
                continue
            doc = tidy(as_node(self._contract.schemas[name]).get("description"))
            found.append(AliasView(info.name, info.module_name, shape, doc))
        return found
