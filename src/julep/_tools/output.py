"""Answers in the form of a Python type."""

from __future__ import annotations

import json
import re
from contextlib import suppress
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
_FENCED: Final = re.compile(r"```\w*\s*\n(.*?)\n?\s*```", re.DOTALL)


@attrs.frozen
class ParsedResponse(Generic[T_co]):
    """A response whose answer was read as a type.

    Attributes:
        parsed: The answer.
        response: The response that has the answer's text.

    Example:
        >>> reply = client.sessions.parse(session.id, "How many?", int)
        >>> reply.parsed, reply.response.usage.total_tokens > 0
        (2, True)
    """

    parsed: T_co
    response: ChatResponse

    @property
    def text(self) -> str:
        """The answer's text: JSON.

        Example:
            >>> client.sessions.parse(session.id, "How many?", int).text
            '{"value": 2}'
        """
        return self.response.text


class Output:
    """The type that an answer is read as.

    Models are made to answer with an object. A type that is not written as one, such as a list, is
    the property ``value`` of it; the answer of a model that leaves the object out is read too.

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
        self._inner: Schema | None = None
        if schema.document.get("type") != "object":
            self._inner = schema
            document = {**schema.document}
            definitions = document.pop("$defs", None)
            schema = record({"value": Schema(document, schema.read)}, {"value"}, _value)
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
        try:
            parsed = _parsed(text)
        except (ValueError, RecursionError) as error:
            if self._inner is not None and not text.lstrip().startswith(("{", "[", '"')):
                with suppress(SchemaMismatchError):
                    return self._inner.read(text.strip())
            raise SchemaMismatchError(f"the answer is not JSON: {error}") from None
        if self._inner is None:
            return self._schema.read(parsed)
        if not (isinstance(parsed, dict) and parsed.keys() == {"value"}):
            return _read_bare(self._inner, parsed, text.strip())
        try:
            return self._schema.read(parsed)
        except SchemaMismatchError:
            with suppress(SchemaMismatchError):
                return self._inner.read(parsed)  # of a mapping, in a union
            raise


def _read_bare(schema: Schema, parsed: JSON, text: str) -> object:
    """Read an answer without the object around its value; 2026 may be the text of a string."""
    try:
        return schema.read(parsed)
    except SchemaMismatchError:
        if not isinstance(parsed, dict | list):
            with suppress(SchemaMismatchError):
                return schema.read(text)
        raise


def _parsed(text: str) -> JSON:
    """Parse an answer, or else the one block of code in it.

    Raises:
        ValueError: When it is not JSON.
    """
    text = text.strip("\ufeff \t\r\n")
    blocks: list[str] = [] if text.startswith(("{", "[")) else _FENCED.findall(text)
    parsed: JSON = json.loads(
        blocks[0] if len(blocks) == 1 else text, parse_constant=_refuse_constant
    )
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def repair_text(error: SchemaMismatchError) -> str:
    """Return the message that reports to a model what was wrong in its answer."""
    return f"That answer is invalid: {error}. Answer again, with nothing but JSON that matches."


def _value(value: object) -> object:
    return value


resolvable(__name__)
