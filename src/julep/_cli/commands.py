"""Commands made of the methods of the SDK's managers."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, NotRequired, cast, get_origin, get_type_hints

from cyclopts import App
from cyclopts import Parameter as Details

from julep._cli.connection import connect
from julep._cli.exits import STATUSES, UsageError, run, suggestion
from julep._cli.options import Option, in_options, option_of, options_of, read_file
from julep._cli.output import is_terminal, note, print_fields, print_json, print_rows
from julep._cli.owners import BY_NAME, id_of
from julep._cli.resources import ID, Resource
from julep.errors import InvalidArgumentError, InvalidIdError

_WITH_FILE: Final = ("create", "update")


def option(name: str, hint: object, default: object, text: str) -> Parameter:
    """Return an option that is no argument of a method."""
    details = Details(
        name=f"--{name.replace('_', '-')}",
        help=text,
        negative="",
        show_default=False,
        allow_leading_hyphen=name == "file",  # - is standard input
    )
    annotation = cast("Any", Annotated)[hint, details]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


URL: Final = option(
    "url", str | None, None, "The server's base URL; by default that of the profile or environment."
)
PROFILE: Final = option("profile", str | None, None, "A profile of the configuration file.")
JSON: Final = option("json", bool, False, "Print JSON.")
FILE: Final = option(
    "file",
    str | None,
    None,
    "A file with a JSON object, or - for standard input; options go first.",
)


def command(
    name: str, about: str, examples: tuple[str, ...], work: Callable[..., int], *options: Parameter
) -> App:
    """Return a command.

    Args:
        name: Its words after ``julep``; the last one is its name.
        about: What it does.
        examples: The arguments of examples.
        work: Runs it, and returns the exit status.
        *options: The parameters that are passed to it, by name.
    """
    app = App(
        name=name.rsplit(maxsplit=1)[-1],
        help=about,
        help_format="plaintext",
        help_epilogue=_end_of_help(f"{name} {example}" for example in examples),
        version_flags=(),
    )

    def execute(*words: Any, **values: Any) -> int:
        # Only what was given is passed here.
        defaults = {o.name: o.default for o in options if o.default is not o.empty}
        named = zip((o.name for o in options if o.kind is o.POSITIONAL_ONLY), words, strict=False)
        return run(lambda: work(**{**defaults, **dict(named), **values}))

    # Read by the framework, which has no other way to take parameters that are data.
    setattr(execute, "__signature__", Signature([*options]))  # noqa: B010 - as in julep_server.cli
    execute.__annotations__ = {option.name: option.annotation for option in options}
    app.default(execute)
    return app


def _end_of_help(lines: Iterable[str]) -> str:
    """Return what a help ends with: examples, and the exit statuses."""
    shown = "\n".join(f"  julep {line}".rstrip() for line in lines)
    return f"Examples:\n{shown}\n\n{STATUSES}"


def resource_app(resource: Resource, *more: App) -> App:
    """Return the commands of a resource.

    Args:
        resource: The resource.
        *more: Commands that are no methods of its manager.
    """
    shown = ("list", "create") if "list" in resource.commands else ("wait",)
    app = App(
        name=resource.name,
        help=resource.about,
        help_format="plaintext",
        help_epilogue=_end_of_help(
            f"{resource.name} {name} {resource.examples[name][0]}" for name in shown
        ),
        version_flags=(),
    )
    for name in resource.commands:
        app.command(_resource_command(resource, name))
    for other in more:
        app.command(other)
    return app


def _resource_command(resource: Resource, name: str) -> App:
    """Return one command of a resource."""
    manager = _class_of(resource.manager)
    method = getattr(manager, resource.commands[name])
    about, known = options_of(method)
    body, body_options = _body(resource, name, manager)
    own = {key: option for key, option in known.items() if key != body}
    options = own | body_options
    has_file = name in _WITH_FILE
    positional = [
        option.parameter(positional=True, required=True)
        for option in own.values()
        if option.name in resource.own_id or (option.name == "query" and option.is_required)
    ]
    words = {option.name for option in positional}
    commands = resource.commands
    named = [
        option.parameter(required=option.is_required and not has_file)
        for option in options.values()
        if option.name not in words
    ]

    def work(url: str | None, profile: str | None, **values: Any) -> int:
        as_json = values.pop("json", False)
        arguments = _arguments(resource, name, options, values)
        if body:
            of_body = {key: arguments.pop(key) for key in body_options if key in arguments}
            arguments[body] = of_body
        with connect(url, profile) as client:
            for key in BY_NAME:
                if key not in words and isinstance(given := arguments.get(key), str):
                    arguments[key] = id_of(client, key, given)
            call = getattr(getattr(client, resource.name), resource.commands[name])
            try:
                result = call(**arguments)
            except InvalidArgumentError as error:
                text = in_options(str(error), options.values(), words)
                is_id = isinstance(error, InvalidIdError) and error.path in resource.own_id
                hint = f" (julep {resource.name} list shows the ids)" if "list" in commands else ""
                raise UsageError(f"{text}{hint if is_id else ''}") from None
            _show(resource, name, result, as_json=as_json)
        return 0

    shared = [*([FILE] if has_file else []), *([] if name == "delete" else [JSON]), URL, PROFILE]
    examples = resource.examples.get(name, (f"{ID}",))
    return command(f"{resource.name} {name}", about, examples, work, *positional, *named, *shared)


def _class_of(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return pkgutil.resolve_name(f"{module}:{name}")


def _body(resource: Resource, name: str, manager: Any) -> tuple[str, dict[str, Option]]:
    """Return the parameter that has a command's body, and the body's keys as options."""
    if name not in resource.bodies:
        return "", {}
    parameter, form = resource.bodies[name]
    keys = _class_of(f"julep.managers.types.{form}")
    _, described = options_of(manager.update)
    hints = get_type_hints(keys, include_extras=True)
    return parameter, {
        key: option_of(
            key,
            hint,
            described[key].text if key in described else f"The {parameter}'s {key}.",
            is_required=keys.__total__ and get_origin(hint) is not NotRequired,
        )
        for key, hint in hints.items()
    }


def _arguments(
    resource: Resource, name: str, options: Mapping[str, Option], values: dict[str, Any]
) -> dict[str, object]:
    """Return the arguments of a call: those of the file, and then those of the options."""
    file = values.pop("file", None)
    arguments: dict[str, object] = {}
    if file is not None:
        for key, value in read_file(file).items():
            key = key.replace("-", "_")  # noqa: PLW2901 - both forms are one key
            if key in options:
                arguments[key] = value
            elif key not in resource.read_only:
                hint = suggestion(key, [*options])
                raise UsageError(f"--file {file}: {resource.name} {name} takes no {key}{hint}")
    for key, value in values.items():
        if value is not None:
            arguments[key] = options[key].read(value)
    missing = [
        option.names[0]
        for key, option in options.items()
        if option.is_required and key not in arguments
    ]
    if missing:
        needed = ", ".join(missing)
        raise UsageError(f"{resource.name} {name} needs {needed}, as options or in --file")
    return arguments


def _as_json(result: Any) -> Any:
    if isinstance(result, list):
        return [each.to_dict() for each in cast("list[Any]", cast("object", result))]
    return result if isinstance(result, int) else result.to_dict()


def _show(resource: Resource, name: str, result: Any, *, as_json: bool) -> None:
    """Print the result of a method."""
    if result is None:
        note("done")
    elif as_json:
        print_json(_as_json(result))
    elif isinstance(result, list):
        columns = resource.other_columns.get(name, resource.columns)
        print_rows(columns, _as_json(result))
    elif isinstance(result, int):
        sys.stdout.write(f"{result}\n")
    elif name in {"create", "fork"} and not is_terminal():
        sys.stdout.write(f"{result.id}\n")
    else:
        print_fields(result.to_dict())
