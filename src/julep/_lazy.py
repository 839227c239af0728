"""Names that are imported on first use: those of modules (PEP 562), and those in annotations."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from importlib import import_module
from types import FunctionType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast, get_overloads, get_type_hints

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, ValuesView
    from types import FrameType

# Modules import the names of annotations for type checkers only. At run time a name is looked up in
# these modules, in this order.
_SOURCES: Final = (
    "julep_api.types",
    "julep.managers._literals",  # before the types, which import models
    "julep.managers.types",  # before the models: ChatSettingsStop is in both
    "julep_api.models",
    "julep.streams",
    "julep._tools.calls",
    "julep._tools.output",
    "julep._documents.added",
    "collections.abc",
    "typing",
    "uuid",
    "types",
    "julep_api.client",
    "julep",
    "julep._http.messages",
    "julep._http.protocols",
    "julep._http.connections",
    "julep._http.transport_config",
    "julep._settings.config",
    "julep._calls.driver",
    "julep._calls.flow",
    "julep._calls.protocols",
    "julep._tools.loop",
    "julep._redaction",
    "julep._clients.openai_client",
    "julep.managers.agent",
    "julep.managers.doc",
    "julep.managers.job",
    "julep.managers.memory",
    "julep.managers.session",
    "julep.managers.tool",
    "julep.managers.user",
    "openai.resources",
)

# Modules that annotations name, and names that their modules do not export.
_MODULES: Final = ("httpx", "ssl")
_UNEXPORTED: Final = {
    "AsyncChatMethod": "julep.managers.chat",
    "ChatMethod": "julep.managers.chat",
}

# For any name of a class: to look it up among the models would import them all.
_MODELS_HINT: Final = "; models such as Agent are in julep.types"


def lazy(
    module: str,
    sources: Mapping[str, Iterable[str]],
    *,
    submodules: Iterable[str] = (),
    older: str = "",
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Build ``__all__``, ``__getattr__`` and ``__dir__`` of a module with lazy names.

    Type checkers read the module's ``if TYPE_CHECKING`` imports instead; a test keeps the two
    lists equal.

    Args:
        module: The module's ``__name__``.
        sources: The names by the module that each is imported from.
        submodules: Modules of a package that are imported when they are used as attributes.
        older: A module with a function ``find(module, name)`` that looks up the names which the
            module had in julep 0.3. They are neither in ``__all__`` nor in ``dir()``.
    """
    origins = {name: source for source, names in sources.items() for name in names}
    modules = frozenset(submodules)

    def getattr_(name: str) -> object:
        if name in modules:
            return import_module(f"{module}.{name}")
        if name in origins:
            value: object = getattr(import_module(origins[name]), name)
            # Later lookups find the name in the module and do not get here.
            setattr(sys.modules[module], name, value)
            return value
        if older and not name.startswith("__"):
            found: object = import_module(older).find(module, name)
            return found
        hint = _MODELS_HINT if module == "julep" and name[:1].isupper() else ""
        raise AttributeError(f"module {module!r} has no attribute {name!r}{hint}")

    def dir_() -> list[str]:
        return public_names(sys.modules[module], modules)

    return sorted(origins), getattr_, dir_


def is_importing() -> bool:
    """Check whether this thread is in the middle of an import, as a signal's handler may be."""
    # Not by inspect, which is expensive to import.
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # it is documented
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def public_names(module: ModuleType, others: Iterable[str] = ()) -> list[str]:
    """Return what ``dir()`` of a module lists: its public names, and those of Python itself.

    Args:
        module: A module with ``__all__``, or without public names.
        others: Further names.
    """
    own = {name for name in vars(module) if name.startswith("__")}
    public: Iterable[str] = getattr(module, "__all__", ())
    return sorted({*own, *public, *others})


def resolvable(module: str, *, shown_in: str = "") -> None:
    """Let the annotations of a module's public functions and classes be evaluated.

    It is called at the end of a module that imports names under ``if TYPE_CHECKING``. The names are
    put into the module once a program reads the annotations, by `typing.get_type_hints`,
    ``inspect.signature(eval_str=True)`` or another way.

    Args:
        module: The module's ``__name__``.
        shown_in: The module that classes name as theirs, if it is another one.
    """
    for name, value in list(vars(sys.modules[module]).items()):
        if name[0] != "_" and getattr(value, "__module__", "") in (module, shown_in):
            _resolve(value)


def written(function: FunctionType) -> dict[str, Any]:
    """Return the annotations of a function as they are written, without importing their names."""
    found = function.__annotations__
    return found.as_written() if isinstance(found, _Annotations) else {**found}


def import_names(annotations: Iterable[object], namespace: dict[str, Any]) -> None:
    """Import the names of annotations into a namespace, as far as it lacks them.

    Args:
        annotations: Annotations as they are written; those that are not texts are left alone.
        namespace: The namespace in which they are evaluated.
    """
    for annotation in annotations:
        # A TypedDict wraps its annotations, and reveals the text.
        text = getattr(annotation, "__forward_arg__", annotation)
        if not isinstance(text, str):
            continue
        for name in _names_in(text):
            if name not in namespace and not hasattr(builtins, name):
                try:
                    namespace[name] = _meaning_of(name)
                except AttributeError:
                    continue  # the evaluation has the better error
            alias = namespace.get(name)
            if isinstance(alias, str):  # written as a text
                import_names([alias], namespace)
                texts = SimpleNamespace(__annotations__={name: alias})
                namespace.update(get_type_hints(texts, namespace))


def _meaning_of(name: str) -> object:
    """Return what a name in an annotation stands for.

    Raises:
        AttributeError: When no module has it.
    """
    if name in _MODULES:
        return import_module(name)
    if name in _UNEXPORTED:
        unexported: object = getattr(import_module(_UNEXPORTED[name]), name)
        return unexported
    for source in _SOURCES:
        try:
            module = import_module(source)
        except ImportError:
            continue  # a package that is optional
        if name in getattr(module, "__all__", (name,)) and hasattr(module, name):
            found: object = getattr(module, name)
            return found
    raise AttributeError(f"no module of the package has the name {name!r}")


def _names_in(text: str) -> list[str]:
    import ast  # expensive, and a client is imported without it

    return [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]


_WITH_ANNOTATIONS: Final = (FunctionType, property, cached_property, classmethod, staticmethod)


def _resolve(value: object) -> None:
    """Replace the annotations of a function, or of a class and its public members."""
    if isinstance(value, FunctionType):
        _resolve_function(value)
    elif isinstance(value, property):
        _resolve(value.fget)
    elif isinstance(value, cached_property):
        _resolve(cast("object", value.func))
    elif isinstance(value, (classmethod, staticmethod)):
        _resolve(cast("object", value.__func__))  # pyright: ignore[reportUnknownMemberType]  # a function of any kind
    elif isinstance(value, type):
        members = vars(value)
        if "__annotations__" in members:
            found = _Annotations(members["__annotations__"])
            found.namespace = value.__module__
            value.__annotations__ = found
        for name, member in list(members.items()):
            if isinstance(member, _WITH_ANNOTATIONS) and (name[0] != "_" or name[:2] == "__"):
                _resolve(cast("object", member))


def _resolve_function(function: FunctionType) -> None:
    annotations = _Annotations(function.__annotations__)
    outer: list[FunctionType] = []
    while isinstance(wrapped := getattr(function, "__wrapped__", None), FunctionType):
        outer.append(function)
        function = wrapped
    # Evaluation takes place in the namespace of the innermost function.
    annotations.namespace = function.__globals__
    for each in (function, *outer):
        each.__annotations__ = annotations
    for overload in get_overloads(outer[0] if outer else function):
        annotations = _Annotations(overload.__annotations__)
        annotations.namespace = function.__globals__
        overload.__annotations__ = annotations


class _Annotations(dict[str, Any]):
    """Annotations that import their names before they are read.

    Attributes:
        namespace: The namespace in which they are evaluated, or the module whose namespace it is;
            None when the names are in it.
    """

    __slots__ = ("namespace",)

    namespace: dict[str, Any] | str | None

    def __iter__(self) -> Iterator[str]:
        self._import_names()
        return super().__iter__()

    def __getitem__(self, key: str) -> Any:
        self._import_names()
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._import_names()
        return super().get(key, default)

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # dict's own are dict_keys
        self._import_names()
        return super().keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # dict's own are dict_values
        self._import_names()
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]  # dict's own are dict_items
        self._import_names()
        return super().items()

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (self.as_written(),)  # a copy or a pickle is a plain dict

    def as_written(self) -> dict[str, Any]:
        """Return a plain dict of the annotations, without importing their names."""
        return dict(super().items())

    def _import_names(self) -> None:
        namespace, self.namespace = self.namespace, None
        if namespace is not None:
            if isinstance(namespace, str):
                namespace = vars(import_module(namespace))
            import_names(super().values(), namespace)
