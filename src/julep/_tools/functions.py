"""Python functions as tools: what a model is told of them, and calling them with what it says."""

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
    from julep.managers.types import ToolDict
    from julep_api.types import JSON, JSONObject

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

# "name: text" and "name (type): text" of Google's style, ":param name: text" of Sphinx's.
_GOOGLE: Final = re.compile(r"(\w+)(?: \([^)]*\))?: *(.*)")
_SPHINX: Final = re.compile(r":param (?:[^:]* )?(\w+): *(.*)")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SECTION: Final = re.compile(r"(Args|Arguments|Parameters|Returns|Yields|Raises|Examples?):")


class Function:
    """A Python function that a model may call.

    Its name, its docstring and its parameters' annotations and defaults tell the model all that
    there is to know.

    Args:
        function: The function; every parameter can be given by its name.
        path: Where it was given, such as ``tools[0]``, for errors.

    Raises:
        InvalidArgumentError: When it has no name that the contract takes, or a parameter that
            JSON has no form for.
    """

    def __init__(self, function: Callable[..., object], path: str) -> None:
        self.name = str(getattr(function, "__name__", ""))
        self.is_async = inspect.iscoroutinefunction(function)
        self._function = function
        if not _NAME.fullmatch(self.name):
            raise _refusal(path, f"{function!r} has no name that fits {_NAME.pattern}")
        try:
            self._shape = object_schema(*_parameters(function), dict)
        except (TypeError, NameError) as error:
            raise _refusal(path, f"{self.name}: {error}") from None

    def tool(self) -> ToolDict:
        """Describe it as the contract does."""
        about, parameters = parse_docstring(inspect.getdoc(self._function) or "")
        schema = _with_descriptions(self._shape.schema, parameters)
        function: JSONObject = {"name": self.name, "parameters": schema}
        if about:
            function["description"] = about
        return typing.cast("ToolDict", {"type": "function", "function": function})

    def prepare(self, arguments: str) -> Callable[[], object]:
        """Read arguments that a model wrote; give the call that is then to be made.

        Raises:
            UnfitError: When they are not JSON, or not what the function takes.
        """
        try:
            given: JSON = json.loads(arguments or "{}")
        except ValueError as error:
            raise SchemaMismatchError(f"the arguments are not JSON: {error}") from None
        keywords: Any = self._shape.read(given)
        return lambda: self._function(**keywords)


def parse_docstring(docstring: str) -> tuple[str, Mapping[str, str]]:
    """Take a docstring of Google's or Sphinx's style apart: what it is about, and each parameter.

    What else the docstring tells (what is returned, what is raised) stays with the first.
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
    """Find the annotations of a function's parameters, and which of them have no default."""
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    hints = typing.get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters
    for name, parameter in found.items():
        if parameter.kind not in by_name:
            raise TypeError(f"{name}: it cannot be given by its name")
    required = {name for name, each in found.items() if each.default is each.empty}
    return {name: hints.get(name, Any) for name in found}, required


def _with_descriptions(schema: JSONObject, parameters: Mapping[str, str]) -> JSONObject:
    """Add what a docstring tells of parameters that do not describe themselves."""
    properties: JSONObject = {}
    known = schema["properties"]
    for name, each in known.items() if isinstance(known, dict) else ():
        told: JSONObject = {"description": parameters[name]} if name in parameters else {}
        properties[name] = {**told, **each} if isinstance(each, dict) else each
    return {**schema, "properties": properties}


def _refusal(path: str, problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{path}: {problem}", path=path)
