"""Answers in the form of a Python type."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attrs

from julep._lazy import resolvable
from julep._tools.json_schema import schema_of
from julep._tools.schema import Schema, SchemaMismatchError, record
from julep.errors import InvalidArgumentError, InvalidOutputError

if TYPE_CHECKING:
    from julep_api.models import ChatResponse
    from julep_api.types import JSON, JSONObject

T_co = TypeVar("T_co", covariant=True)

# Models that ignore the format of a response often put JSON into a block of Markdown.
_FENCED: Final = re.compile(r"\s*```\w*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


@attrs.frozen
class ParsedResponse(Generic[T_co]):
    """A response whose answer was read as a type.

    Attributes:
        parsed: The answer.
        response: The response that has the answer's text.
    """

    parsed: T_co
    response: ChatResponse

    @property
    def text(self) -> str:
        """The answer's text: JSON."""
        return self.response.text


class Output:
    """The type that an answer is read as.

    Models are made to answer with an object. A type that is not written as one, such as a list, is
    the property ``value`` of it.

    Args:
        output: The type: anything that a parameter of a tool may be annotated with.

    Raises:
        InvalidArgumentError: When it has no JSON form.
    """

    def __init__(self, output: object) -> None:
        try:
            schema = schema_of(output)
        except (TypeError, NameError) as error:
            raise InvalidArgumentError(f"output: {error}", path="output") from None
        if schema.document.get("type") != "object":
            document = {**schema.document}
            definitions = document.pop("$defs", None)
            inner = Schema(document, schema.read)
            schema = record({"value": inner}, {"value"}, _value)
            if definitions is not None:
                schema = Schema({**schema.document, "$defs": definitions}, schema.read)
        self._schema = schema

    @property
    def response_format(self) -> JSONObject:
        """The setting of a chat that requires such an answer."""
        return {"type": "json_object", "schema": self._schema.document}

    def read(self, response: ChatResponse) -> object:
        """Read an answer.

        Raises:
            SchemaMismatchError: When it does not match the type.
            InvalidOutputError: When it was cut off, so that no repair would help.
        """
        text = response.text
        if response.finish_reason == "length":
            problem = "the answer was cut off by max_tokens"
            raise InvalidOutputError(problem, text=text, response=response)
        fenced = _FENCED.fullmatch(text)
        try:
            parsed: JSON = json.loads(fenced[1] if fenced else text)
        except (ValueError, RecursionError) as error:
            raise SchemaMismatchError(f"the answer is not JSON: {error}") from None
        return self._schema.read(parsed)


def repair_text(error: SchemaMismatchError) -> str:
    """Return the message by which a model is told what was wrong in its answer."""
    return f"That answer is invalid: {error}. Answer again, with nothing but JSON that matches."


def _value(value: object) -> object:
    return value


resolvable(__name__)
