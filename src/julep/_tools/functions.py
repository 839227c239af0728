"""Python functions as tools: their description for a model, and their arguments from it."""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from julep._tools.json_schema import SchemaMismatchError, object_schema
from julep.errors import InvalidArgumentError

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

# "name: text" and "name (type): text" of Google's style, ":param name: text" of Sphinx's.
_GOOGLE: Final = re.compile(r"(\w+)(?: \([^)]*\))?: *(.*)")
_SPHINX: Final = re.compile(r":param (?:[^:]* )?(\w+): *(.*)")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SECTION: Final = re.compile(r"(Args|Arguments|Parameters|Returns|Yields|Raises|Examples?):")


class Function:
    """A Python function that a model may call.

    The function's name, its docstring, and its parameters' annotations and defaults are all that
    describes it to the model.

    Args:
        function: The function; each of its parameters must accept being passed by name.
        path: The function's place among the arguments, such as ``tools[0]``, for errors.

    Raises:
        InvalidArgumentError: When the function's name is invalid for a tool, or a parameter has no
            JSON form.
    """

    def __init__(self, function: Callable[..., object], path: str) -> None:
        self.name = str(getattr(function, "__name__", ""))
        self.is_async = inspect.iscoroutinefunction(function)
        self._function = function
        if not _NAME.fullmatch(self.name):
            problem = f"{function!r} has no name that matches {_NAME.pattern}"
            raise InvalidArgumentError(f"{path}: {problem}", path=path)
        try:
            self._schema = object_schema(*_parameters(function), dict)
        except (TypeError, NameError) as error:
            raise InvalidArgumentError(f"{path}: {self.name}: {error}", path=path) from None

    def tool(self) -> JSONObject:
        """Return the function's description as the API expects a tool."""
        about, parameters = parse_docstring(inspect.getdoc(self._function) or "")
        document = _with_descriptions(self._schema.document, parameters)
        function: JSONObject = {"name": self.name, "parameters": document}
        if about:
            function["description"] = about
        return {"type": "function", "function": function}

    def prepare(self, arguments: str) -> Callable[[], object]:
        """Parse a model's arguments and return the call to make with them.

        Raises:
            SchemaMismatchError: When the arguments are not JSON or do not match the parameters.
        """
        try:
            parsed: JSON = json.loads(arguments or "{}")
        except ValueError as error:
            raise SchemaMismatchError(f"the arguments are not JSON: {error}") from None
        keywords: Any = self._schema.read(parsed)
        return lambda: self._function(**keywords)


def parse_docstring(docstring: str) -> tuple[str, Mapping[str, str]]:
    """Parse a docstring in Google's or Sphinx's style.

    Returns:
        The description of the function, with everything that does not describe a parameter (results
        and errors, for example), and the descriptions of its parameters by name.
    """
    about: list[str] = []
    parameters: dict[str, str] = {}
    inside, name, depth = False, "", 0
    for line in docstring.expandtabs().splitlines():
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if match := _SECTION.fullmatch(text):
            inside, name, depth = match[1] in ("Args", "Arguments", "Parameters"), "", 0
            if inside:
                continue
        elif match := _SPHINX.fullmatch(text):
            name, parameters[match[1]] = match[1], match[2]
            continue
        elif text.startswith(":"):
            name = ""
        elif inside and text:
            depth = depth or indent
            if indent == depth and (match := _GOOGLE.fullmatch(text)):
                name, parameters[match[1]] = match[1], match[2]
                continue
        if name and text:
            parameters[name] = f"{parameters[name]} {text}".strip()
        elif not inside:
            name = ""
            about.append(line)
    return _BLANK_LINES.sub("\n\n", "\n".join(about)).strip(), parameters


def _parameters(function: Callable[..., object]) -> tuple[Mapping[str, object], set[str]]:
    """Return the annotations of a function's parameters, and the names of those without default."""
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    hints = typing.get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters
    for name, parameter in found.items():
        if parameter.kind not in by_name:
            raise TypeError(f"{name}: it cannot be passed by name")
    required = {name for name, each in found.items() if each.default is each.empty}
    return {name: hints.get(name, Any) for name in found}, required


def _with_descriptions(document: JSONObject, parameters: Mapping[str, str]) -> JSONObject:
    """Add a docstring's descriptions to the properties that have none of their own."""
    properties: JSONObject = {}
    known = document["properties"]
    for name, each in known.items() if isinstance(known, dict) else ():
        added: JSONObject = {"description": parameters[name]} if name in parameters else {}
        properties[name] = {**added, **each} if isinstance(each, dict) else each
    return {**document, "properties": properties}
