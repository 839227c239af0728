"""The skeleton of an operation: its method in three classes, its handler, and its test data."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from difflib import get_close_matches

from julep._calls.results import awaited, value
from scripts.skeletons.contract import ROOT, Argument, Contract, Operation, SkeletonError
from scripts.skeletons.sources import Source, tidy

CALLS = "tests/sdk/helpers/calls.py"
# Responses that stand for the resource that was created or changed.
WRAPPED = ("ResourceCreatedResponse", "ResourceUpdatedResponse")
DELETED = "ResourceDeletedResponse"


def manager_of(tag: str) -> tuple[str, str]:
    """Return the module and the class of a resource's manager."""
    wanted = f"{tag.title()}Manager"
    for path in sorted((ROOT / "src/julep/managers").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.ClassDef) and node.name == wanted for node in tree.body):
            return str(path.relative_to(ROOT)), wanted
    raise SkeletonError(
        f"no module of src/julep/managers has a {wanted}: scripts/new-resource {tag}"
    )


def add_operation(contract: Contract, identifier: str, name: str) -> Iterator[str]:
    """Write the skeleton of an operation.

    Args:
        contract: The contract, from which the package is generated already.
        identifier: The operation's id.
        name: The method's name.

    Yields:
        What was written, and what is left to do.

    Raises:
        SkeletonError: The operation, or the place of something, does not exist; or the method does.
    """
    operation = _found(contract, identifier)
    path, kind = manager_of(operation.tag)
    manager, handlers = Source(path), Source(f"src/julep_server/resources/{operation.tag}.py")
    calls = Source(CALLS)
    if f"    def {name}(" in "\n".join(manager.lines):
        raise SkeletonError(f"{path} has a method {name} already")
    method = Method(operation, name, kind, _model(contract, operation))
    for class_name, text in method.texts().items():
        manager.add_method(class_name, text)
    _import_for(manager, method)
    if f'"{identifier}"' not in "\n".join(handlers.lines):
        handlers.add_function("HANDLERS", _handler(operation, name))
        handlers.add_entry("HANDLERS", f'"{identifier}": {name},')
        handlers.add_import("starlette.responses", ["Response"])
        handlers.add_import("julep_server.call", ["Call", "Handler"])
        handlers.add_import("julep_server.errors", ["not_implemented"])
    required = ", ".join(
        f'"{one.name}": {_sample(one)}' for one in method.arguments if one.required
    )
    bad = ", ".join(f'"{one.name}": {one.bad}' for one in method.arguments)
    calls.add_entry("_GOOD", f'"{method.place}": {{{required}}},', f"{operation.tag}.")
    calls.add_entry("_BAD", f'"{method.place}": {{{bad}}},', f"{operation.tag}.")
    sources = [manager, handlers, calls]
    for source in sources:
        source.write()
    tidy([source.path for source in sources])
    yield f"{path}: {method.private}, and {name} in both classes"
    yield f"{handlers.path}: the handler {name}, which responds with 501"
    yield f"{CALLS}: arguments of {method.place}; complete the invalid ones"
    yield from _left(method, path, handlers.path)


def _found(contract: Contract, identifier: str) -> Operation:
    operation = contract.operations.get(identifier)
    if operation is None:
        close = get_close_matches(identifier, contract.operations, 1) or [
            one for one in contract.operations if one.lower() == identifier.lower()
        ]
        hint = f"; did you mean {close[0]}?" if close else ""
        raise SkeletonError(f"openapi.yaml has no operation {identifier}{hint}")
    module = f"generated/julep_api/api/{operation.tag}/{operation.module}.py"
    if not (ROOT / module).exists():
        raise SkeletonError(f"{module} does not exist: run scripts/generate first")
    return operation


def _model(contract: Contract, operation: Operation) -> str:
    """Return the resource that a response stands for; empty if it is itself the result."""
    if operation.response not in WRAPPED or not operation.prefers:
        return ""
    singular = operation.tag.title().removesuffix("s")
    return singular if contract.fields(singular) else ""


class Method:
    """The method of an operation, as text.

    Args:
        operation: The operation.
        name: The method's name.
        kind: The sync class.
        model: The resource that the response stands for, if it does.
    """

    def __init__(self, operation: Operation, name: str, kind: str, model: str) -> None:
        self.operation, self.name, self.kind, self.model = operation, name, kind, model
        self.place = f"{operation.tag}.{name}"
        self.arguments = operation.arguments
        by_position = [one for one in self.arguments if one.required]
        by_name = [one for one in self.arguments if not one.required]
        marked = ["*", *(one.parameter for one in by_name)] if by_name else []
        self.parameters = ", ".join(["self", *(one.parameter for one in by_position), *marked])
        self.passed = ", ".join(
            [*(one.name for one in by_position), *(f"{one.name}={one.name}" for one in by_name)]
        )

    @property
    def private(self) -> str:
        """The name of the base class's method."""
        return "_list_items" if self.name == "list" else f"_{self.name}"

    @property
    def result(self) -> str:
        """The type of the private method's result."""
        return "None" if self.operation.response == DELETED else self.operation.response

    def texts(self) -> dict[str, str]:
        """Return the methods by their classes."""
        item = self.operation.item
        returned = f"List[{item}]" if item else self.result
        texts = {f"Base{self.kind}": self._private()}
        for is_async in (False, True):
            lines: list[str] = []
            if is_async:
                lines.append(f"@mirrors({self.kind}.{self.name})")
            lines.append("@beartype")
            if self.model:
                lines.append(f"@rewrap_in_class({self.model})")
            awaits, keyword = ("await ", "async ") if is_async else ("", "")
            call = f"self.{self.private}({self.passed})"
            value = f"await awaited({call})" if is_async else f"value({call})"
            if item:
                value = f"({value}).items"
            lines.append(f"{keyword}def {self.name}({self.parameters}) -> {returned}:")
            lines += [f"    {line}".rstrip() for line in self._documentation(awaits, is_async)]
            lines.append(f"    return {value}")
            prefix = "Async" if is_async else ""
            texts[f"{prefix}{self.kind}"] = textwrap.indent("\n".join(lines), "    ")
        return texts

    def _private(self) -> str:
        operation = self.operation
        paged = ("limit", "offset") if operation.item else ()
        path = [one.name for one in self.arguments if one.location == "path"]
        query = [
            f"{one.name}={one.name}"
            for one in self.arguments
            if one.location == "query" and one.name not in paged
        ]
        fields = [f"{one.name}={one.name}" for one in self.arguments if one.location == "body"]
        call = f"{operation.tag}.{operation.module}.call"
        given = [call, *path, *(["body"] if operation.has_body else []), *query]
        if operation.prefers:
            given.append("prefer=REPRESENTATION")
        either = f"{self.result} | Awaitable[{self.result}]"
        if self.result == "None":
            either = "Awaitable[None] | None"
        lines = [
            f"def {self.private}({self.parameters}) -> {either}:",
            f'    """Implement `{self.kind}.{self.name}`."""',
        ]
        if operation.has_body:
            lines.append(f"    body = drop_none({', '.join(fields)})")
        if operation.item:
            lines.append(f"    return self._list_all(partial({', '.join(given)}), limit, offset)")
        else:
            sends = "_discard" if self.result == "None" else "_send"
            lines.append(f"    return self.{sends}({', '.join(given)})")
        return textwrap.indent("\n".join(lines), "    ")

    def _documentation(self, awaits: str, is_async: bool) -> Iterator[str]:
        example = [
            "Example:",
            f"    >>> {awaits}client.{self.place}({', '.join(_shown(self.arguments))})",
            '"""',
        ]
        yield f'"""{self.operation.summary}.'
        yield ""
        if not is_async:
            for paragraph in (self.operation.description,):
                yield from textwrap.wrap(" ".join(paragraph.split()), 90)
                yield ""
            if self.arguments:
                yield "Args:"
                for one in self.arguments:
                    yield from textwrap.wrap(
                        f"{one.name}: {one.doc}",
                        90,
                        initial_indent="    ",
                        subsequent_indent="        ",
                    )
                yield ""
            if self.result != "None":
                yield from ("Returns:", "    The response.", "")
            yield "Raises:"
            yield "    ArgumentTypeError: When an argument has a wrong type."
            yield "    NotFoundError: When there is no such resource."
            yield ""
        yield from example


def _shown(arguments: tuple[Argument, ...]) -> list[str]:
    return [one.name for one in arguments if one.required]


def _sample(argument: Argument) -> str:
    if "UUID" in argument.hint:
        return "ID"
    if argument.hint.startswith("Literal["):
        return argument.hint.removeprefix("Literal[").partition(",")[0].removesuffix("]")
    samples = {"int": "1", "float": "0.5", "bool": "True", "str": '"a text"'}
    return samples.get(argument.hint, "[]" if "Sequence" in argument.hint else "{}")


def _import_for(manager: Source, method: Method) -> None:
    """Import what the methods need and the module lacks."""
    operation = method.operation
    hints = " ".join(one.hint for one in method.arguments)
    containers = [name for name in ("Mapping", "Sequence") if name in hints]
    manager.add_import("collections.abc", ["Awaitable", *containers])
    if "Literal[" in hints:
        manager.add_import("typing", ["Literal"])
    if "UUID" in hints:
        manager.add_import("uuid", ["UUID"])
    if operation.item:
        manager.add_import("functools", ["partial"])
        manager.add_import("typing", ["List"])
        manager.add_import("julep_api.models", [operation.item], typing=True)
    needed = [("drop_none", operation.has_body), ("REPRESENTATION", operation.prefers)]
    if names := [name for name, is_needed in needed if is_needed]:
        manager.add_import("julep._arguments.encode", names)
    manager.add_import("julep._arguments.signatures", ["mirrors"])
    manager.add_import("julep._arguments.typecheck", ["beartype"])
    manager.add_import("julep._calls.results", [awaited.__name__, value.__name__])
    manager.add_import("julep_api.api", [operation.tag])
    if method.model:
        manager.add_import("julep.managers.utils", ["rewrap_in_class"])
        manager.add_import("julep_api.models", [method.model])
    if method.result != "None":
        manager.add_import("julep_api.models", [method.result], typing=True)


def _handler(operation: Operation, name: str) -> str:
    return (
        f"async def {name}(call: Call) -> Response:\n"
        f'    """{operation.summary}."""\n'
        f'    raise not_implemented("{operation.id}")'
    )


def _left(method: Method, manager: str, handlers: str) -> Iterator[str]:
    """Yield what is left to do by hand."""
    yield "left to do:"
    yield f"  {manager}: the example, the result and the errors in the docstring of {method.name}"
    yield f"  {handlers}: the handler's response"
    if method.operation.item:
        yield "  a method that iterates over the items"
    if method.operation.tag == "sessions":
        layers = " and TWO_LAYERS" if method.model else ""
        yield f"  tests/sdk/test_surface.py: {method.name!r} in OURS{layers}"
    yield f"  tests/typing/sync_client.py and async_client.py: a call of {method.place}"
    yield "  a test of it in tests/sdk and in tests/server"
    yield f"  tests/contract/corrections.yaml: /operations/{method.operation.id}, with the reason"
    yield "  docs/changes: a better wording of the fragment that scripts/generate wrote"
    yield "then run scripts/test --contract: it names what is missing"
