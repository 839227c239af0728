"""Python functions as tools: their description for a model, and their arguments from it."""

from __future__ import annotations

import functools
import inspect
import json
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, cast

from julep._tools.annotations import evaluated, type_parameters
from julep._tools.classes import Fields, fields_of
from julep._tools.docstrings import class_docstring, described
from julep._tools.json_schema import Walk
from julep._tools.pydantic_types import pydantic_fields
from julep._tools.schema import SchemaMismatchError
from julep.errors import InvalidArgumentError
from julep_api.errors import shown

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject


_POSITIONAL_ONLY: Final = inspect.Parameter.POSITIONAL_ONLY
_NO_NAME: Final = "it cannot be passed by name"


class Function:
    """A Python function that a model may call.

    The function's name, its docstring, and its parameters' annotations and defaults are all that
    describes it to the model.

    Args:
        function: The function; it has no ``*args``, and ``**kwargs`` only of known keys
            (``Unpack`` of a TypedDict).
        path: The function's place among the arguments, such as ``tools[0]``, for errors.

    Raises:
        InvalidArgumentError: When the function has no name, or a parameter has no JSON form.
    """

    def __init__(self, function: Callable[..., object], path: str) -> None:
        self._function = function
        self._described = _described(function)
        self.name = str(getattr(self._described, "__name__", type(self._described).__name__))
        self._by_position: Sequence[inspect.Parameter] = ()
        self._defaults: Mapping[str, Any] = {}
        self.is_async = inspect.iscoroutinefunction(
            function if _is_routine(function) else getattr(function, "__call__", None)  # noqa: B004
        )
        if not self.name.isidentifier():
            problem = f"{shown(function)} has no name: use a function that is defined with def"
            raise InvalidArgumentError(f"{path}: {problem}", path=path)
        walk = Walk()
        try:
            fields = None
            if isinstance(function, type):
                fields = pydantic_fields(function) or fields_of(function)
            if fields is None:
                parameters = _parameters(function)
                self._defaults = {
                    each.name: each.default for each in parameters if _is_field(each.default)
                }
                fields = _fields(function, parameters)
                self._by_position = [each for each in parameters if each.kind is _POSITIONAL_ONLY]
                if hasattr(function, "dispatch") and hasattr(function, "registry"):
                    self._by_position = parameters[:1]  # functools.singledispatch
            self._optional = fields.hints.keys() - fields.required
            self._schema = walk.complete(walk.record(fields.hints, fields.required, dict))
        except (TypeError, NameError, ValueError) as error:
            raise InvalidArgumentError(f"{path}: {self.name}: {error}", path=path) from None

    def tool(self) -> JSONObject:
        """Return the function's description as the API expects a tool."""
        document = described(self._schema.document, _docstring(self._described))
        about = document.pop("description", "")
        function: JSONObject = {"name": self.name, "parameters": document}
        if about:
            function["description"] = about
        return {"type": "function", "function": function}

    def read(self, arguments: str) -> Mapping[str, object]:
        """Parse a model's arguments.

        Raises:
            SchemaMismatchError: When the arguments are not JSON or do not match the parameters.
        """
        try:
            parsed: JSON = json.loads(arguments or "{}", parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise SchemaMismatchError(f"the arguments are not JSON: {error}") from None
        # Some models write no arguments as null, and PHP writes an empty object as a list.
        keywords: Any = self._read({} if parsed is None or parsed == [] else parsed)
        found: dict[str, object] = keywords
        for name in self._defaults.keys() - found.keys():
            found[name] = self._defaults[name].get_default(call_default_factory=True)
        return found

    def _read(self, parsed: JSON) -> object:
        """Convert arguments; null for an optional parameter that has no null is "not given"."""
        try:
            return self._schema.read(parsed)
        except SchemaMismatchError as error:
            name = error.path
            if (
                not isinstance(parsed, dict)
                or name not in self._optional
                or parsed[name] is not None
            ):
                raise
        return self._read({key: each for key, each in parsed.items() if key != name})

    def call(self, arguments: Mapping[str, object]) -> object:
        """Call the function with arguments that were read."""
        if not self._by_position:
            return self._function(**arguments)
        by_name = dict(arguments)
        by_position = [by_name.pop(each.name, each.default) for each in self._by_position]
        return self._function(*by_position, **by_name)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_routine(function: object) -> bool:
    return inspect.isroutine(function) or isinstance(function, (functools.partial, type))


def _described(function: object) -> object:
    """Return what has a function's name and docstring: of a partial, that is its function."""
    while isinstance(function, functools.partial):
        function = cast("functools.partial[object]", function).func
    return function


def _docstring(function: object) -> str:
    """Return the docstring of a function; of a class, what is written in itself."""
    if isinstance(function, type):
        return class_docstring(function)
    if not _is_routine(function) and not class_docstring(type(function)):
        return inspect.cleandoc(getattr(function, "__call__").__doc__ or "")  # noqa: B004, B009  # its text
    return inspect.getdoc(function) or ""


def _parameters(function: Callable[..., object]) -> Sequence[inspect.Parameter]:
    """Return the parameters that a model may give a function."""
    found = dict(inspect.signature(function).parameters)
    partial: object = function
    while isinstance(partial, functools.partial):
        # What a partial sets is not the model's to choose.
        for name in partial.keywords:
            del found[name]
        partial = partial.func
    return [*found.values()]


def _fields(function: Callable[..., object], parameters: Sequence[inspect.Parameter]) -> Fields:
    """Return the fields of a function's parameters.

    Raises:
        TypeError: When one of them stands for any number of arguments.
    """
    hints = _hints(_described(function))
    required: set[str] = set()
    found: dict[str, object] = {}
    _refuse_mistakes(function, parameters)
    for each in parameters:
        default: Any = each.default
        hint: Any = hints.get(each.name, _written(each))
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            keywords = _keywords(each, hint)
            found |= keywords.hints
            required |= keywords.required
            continue
        is_field = _is_field(default)
        found[each.name] = Annotated[hint, default] if is_field else hint
        if default.is_required() if is_field else default is each.empty:
            required.add(each.name)
    return Fields(found, required, dict)


def _refuse_mistakes(
    function: Callable[..., object], parameters: Sequence[inspect.Parameter]
) -> None:
    """Refuse a function that was meant to be another one.

    Raises:
        TypeError: When it is a method without its object, or lacks its own parameters.
    """
    for each in parameters[:1]:
        # That of a class within a function is f.<locals>.Class.method.
        path: str = getattr(function, "__qualname__", "").rpartition("<locals>.")[2]
        is_plain = isinstance(function, types.FunctionType) and each.annotation is each.empty
        if each.name == "self" and is_plain and "." in path:
            raise TypeError(f"self: {path} is the class's: pass the method of an object")
    kinds = {each.kind: each.name for each in parameters}
    if kinds.keys() >= {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        name = kinds[inspect.Parameter.VAR_POSITIONAL]
        raise TypeError(f"{name}: {_NO_NAME}; does a decorator lack functools.wraps?")


def _keywords(parameter: inspect.Parameter, hint: object) -> Fields:
    """Return the fields of ``**kwargs: Unpack[…]``."""
    if parameter.kind is parameter.VAR_KEYWORD and typing.get_origin(hint) is typing.Unpack:
        fields = fields_of(typing.get_args(hint)[0])
        if fields is not None:
            return fields
    raise TypeError(f"{parameter.name}: {_NO_NAME}")


def _is_field(default: object) -> bool:
    """Check whether a default is pydantic's Field, which describes a parameter instead."""
    return hasattr(default, "is_required") and hasattr(default, "get_default")


def _written(parameter: inspect.Parameter) -> object:
    """Return the annotation in a signature, which a class may make itself, as pydantic's do."""
    annotation: object = parameter.annotation
    return Any if annotation is parameter.empty or isinstance(annotation, str) else annotation


def _hints(function: object) -> Mapping[str, object]:
    """Return the annotations of a function's parameters, evaluated.

    That of its result may name what is imported for type checkers alone.
    """
    if isinstance(function, type) or not _is_routine(function):
        name = "__call__"
        if isinstance(function, type):
            has_init = vars(object)["__init__"] is not getattr(function, "__init__")  # noqa: B009
            name = "__init__" if has_init else "__new__"
        function = getattr(function, name)
    written: Mapping[str, object] = getattr(function, "__annotations__", {})
    inner: Any = getattr(function, "__func__", function)
    source = inspect.unwrap(inner)
    names: dict[str, Any] = getattr(source, "__globals__", {})
    if isinstance(source, types.FunctionType) and names.get("__name__", "").startswith("julep."):
        # The client's own methods, whose annotations name models that are imported lazily.
        return typing.get_type_hints(source, include_extras=True)
    annotations = {name: each for name, each in written.items() if name != "return"}
    annotated = types.SimpleNamespace(__annotations__=annotations)
    return evaluated(annotated, source, type_parameters(source), names)
