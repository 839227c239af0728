"""Templates that are so plain that their cost is known: they are rendered in this process.

Most templates look up variables, and have a condition or a loop over a given list. Their cost is
that of their nodes times the lengths of the lists, which are counted while they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context

from julep_server.prompt.template_sandbox import Sandbox, run

MAX_SOURCE: Final = 16_384
"""Characters of a source that is looked at."""

MAX_VARIABLES: Final = 65_536
"""Characters of the variables' JSON."""

_MAX_STEPS: Final = 20_000
_MAX_NODES: Final = 300
_MAX_SEPARATOR: Final = 16
_STEPS: Final = "\0steps"
_COUNTED: Final = "\0counted"
_CHARACTERS_PER_STEP: Final = 64
_FILTERS = frozenset(
    {"capitalize", "count", "d", "default", "first", "join", "last", "length"}
    | {"lower", "title", "trim", "upper"}
)
_TESTS = frozenset(
    {"boolean", "defined", "false", "iterable", "mapping", "none", "number", "sequence", "string"}
    | {"true", "undefined"}
)
_PLAIN = (
    nodes.And,
    nodes.CondExpr,
    nodes.Const,
    nodes.For,
    nodes.Getattr,
    nodes.If,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Template,
    nodes.TemplateData,
)


class StepsSpentError(Exception):
    """The template takes more steps than are made in this process."""


@pass_context
def _counted(context: Context, value: Any, weight: int) -> Any:
    """Count the steps of a loop before it begins."""
    _count(context, (len(value) if hasattr(value, "__len__") else _MAX_STEPS) * weight)
    return value


def _count(context: Context, steps: int) -> None:
    counter = context.parent[_STEPS]
    counter[0] += steps
    if counter[0] > _MAX_STEPS:
        raise StepsSpentError


class PlainTemplates:
    """Renders plain templates.

    Args:
        max_size: Maximum length of a text.
    """

    def __init__(self, max_size: int) -> None:
        self._sandbox = Sandbox(max_size)
        self._max_size = max_size
        self._sandbox.filters = {
            name: _measured(function)
            for name, function in self._sandbox.filters.items()
            if name in _FILTERS
        }
        self._sandbox.filters[_COUNTED] = _counted
        self.compiled = lru_cache(maxsize=256)(self._compiled)

    def run(
        self, template: Template, variables: Mapping[str, object], steps: list[int], room: int
    ) -> str:
        """Render a template of ``compiled``.

        Args:
            template: The template.
            variables: Its variables.
            steps: The number of steps so far, as the only item.
            room: Maximum length of the text.

        Raises:
            StepsSpentError: It takes too many steps.
            Exception: Whatever the template causes.
        """
        return run(template, {**variables, _STEPS: steps}, room)

    def _compiled(self, source: str) -> Template | None:
        """Compile a template; None unless it is plain."""
        if len(source) > MAX_SOURCE:
            return None
        try:
            parsed = self._sandbox.parse(source)
        except (TemplateSyntaxError, RecursionError):
            return None
        found = list(_all_nodes(parsed))
        if len(found) > _MAX_NODES or not all(map(self._is_plain, found)):
            return None
        for node in found:
            if isinstance(node, nodes.For):
                weight = nodes.Const(1 + sum(1 for _ in _all_nodes(node)))
                node.iter = nodes.Filter(node.iter, _COUNTED, [weight], [], None, None)
        parsed.set_environment(self._sandbox)
        parsed.set_lineno(1)
        try:
            code = self._sandbox.compile(parsed)
        except (SyntaxError, TemplateSyntaxError, RecursionError):
            # Python nests twenty loops at most; the error is that of the other way.
            return None
        return Template.from_code(self._sandbox, code, self._sandbox.make_globals(None))

    def _is_plain(self, node: nodes.Node) -> bool:
        match node:
            case nodes.Name():
                return node.name not in self._sandbox.globals
            case nodes.Filter():
                separators = [item for item in node.args if isinstance(item, nodes.Const)]
                short = all(len(str(item.value)) <= _MAX_SEPARATOR for item in separators)
                constant = len(separators) == len(node.args) and not node.kwargs
                dynamic = node.dyn_args is not None or node.dyn_kwargs is not None
                return node.name in _FILTERS and constant and short and not dynamic
            case nodes.Test():
                return node.name in _TESTS
            case nodes.Getitem():
                return isinstance(node.arg, nodes.Const)
            case nodes.Compare():
                sides = [node.expr, *(operand.expr for operand in node.ops)]
                constants = sum(isinstance(side, nodes.Const) for side in sides)
                contains = any(operand.op in ("in", "notin") for operand in node.ops)
                return len(sides) == 2 and constants >= 1 and not contains
            case nodes.For():
                return not node.recursive
            case _:
                return isinstance(node, _PLAIN)


def _measured(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter, so that the length of its value counts."""
    wanted = getattr(function, "jinja_pass_arg", None)

    @pass_context
    def measured(context: Context, value: Any, *args: Any) -> Any:
        if isinstance(value, str):
            _count(context, 1 + len(value) // _CHARACTERS_PER_STEP)
        else:
            # An undefined value has a length that is an error, unless the filter is default.
            _count(context, 20 + (len(value) if type(value) in (list, dict) else 0))
        # Jinja's own marks: first and last take the environment, join its settings.
        match wanted and wanted.name:
            case "environment":
                return function(context.environment, value, *args)
            case "eval_context":
                return function(context.eval_ctx, value, *args)
            case _:
                return function(value, *args)

    return measured


def _all_nodes(node: nodes.Node) -> Iterator[nodes.Node]:
    # Without recursion: a chain of attributes is as deep as it is long.
    rest = [node]
    while rest:
        found = rest.pop()
        yield found
        rest += reversed(list(found.iter_child_nodes()))
