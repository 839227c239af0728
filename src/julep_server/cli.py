"""The command line: ``julep serve``, and the commands that work on its database."""

from __future__ import annotations

import errno
import inspect
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, cast

from cyclopts import App as CommandLine
from cyclopts import CycloptsError, Parameter
from sqlalchemy.engine import make_url

from julep_server.app import App
from julep_server.commands import database, keys, tenants, transfer
from julep_server.commands.helps import STATUSES_OF_ALL, examples
from julep_server.commands.opened import INTERRUPTED, database_url, opening, stop
from julep_server.memory import return_freed_memory
from julep_server.models.discovery import log_local_models
from julep_server.monitoring.logs import FORMATS, LEVELS, set_up_logs
from julep_server.monitoring.shared_metrics import shared_metrics
from julep_server.options import setting_options
from julep_server.serving import Server, bind, listen
from julep_server.settings import Settings
from julep_server.version import VERSION
from julep_server.workers import Workers

USAGE_ERROR = 2
"""Exit status for settings that contradict each other."""

DEFAULT_PORT = 8080

_WIDE = 1000
"""Columns of a help that a program reads, or a file keeps."""

# Options that differ from their settings: name, type, default and description.
_SPECIAL: Mapping[str, tuple[str, object, object, str]] = {
    "port": ("port", int, DEFAULT_PORT, ""),
    "database": (
        "database",
        str | None,
        None,
        (
            "SQLAlchemy URL, or the path of a SQLite file. By default a file in the user's data"
            " directory."
        ),
    ),
    "model": (
        "model",
        list[str] | None,
        None,
        (
            "Name of the model to use there. Or NAME=URL[,key=…][,key_env=…][,model=…] for one of"
            " several models, any number of times: agents choose by name, the first is the default."
        ),
    ),
    "drain": ("drain", float, 30.0, ""),
    "database_wait": ("database_wait", float, 10.0, ""),
    "model_fallback": ("model_fallback", list[str] | None, None, ""),
    "cors_origin": (
        "cors_origin",
        list[str] | None,
        None,
        (
            "Origin of pages that may use the server, such as https://app.example; may be given"
            " several times. * is every origin, and needs a key."
        ),
    ),
    "api_keys": (
        "api_key",
        list[str] | None,
        None,
        (
            "A key to enter, KEY or NAME:KEY, where NAME is its tenant's; may be given several"
            " times. JULEP_SERVER_API_KEY holds one, or several with commas between. Without any,"
            " here or by `julep keys`, programs and pages of this machine may use the server."
        ),
    ),
}


# Options that are no settings of a server, but of the process: name, default and description.
_OF_PROCESS = (
    ("log_level", "info", f"The log's least level: {', '.join(LEVELS)}."),
    ("log_format", "text", f"The log's format: {' or '.join(FORMATS)}, a line for each request."),
)


command_line = CommandLine(
    name="julep",
    help="The Julep agents API on this machine.",
    help_format="plaintext",
    help_epilogue=examples(
        "serve", "doctor", "chat --agent Ada", "keys create --help", statuses=STATUSES_OF_ALL
    ),
    version=VERSION,
    suppress_keyboard_interrupt=False,
)


def serve(**options: Any) -> None:
    """Serve the API until interrupted."""
    # Only options that were given are passed.
    options = {parameter.name: parameter.default for parameter in _parameters()} | options
    keys = options.pop("api_key")
    given = [text for text in cast("list[str]", options.pop("model") or []) if text]
    endpoints = [text for text in given if "=" in text]
    options["model"] = next((text for text in given if "=" not in text), None)
    try:
        set_up_logs(options.pop("log_level"), options.pop("log_format"))
        settings = Settings(
            database=database_url(options.pop("database")),
            api_keys=_keys_from_environment() if keys is None else keys,
            models=endpoints,
            cors_origin=options.pop("cors_origin") or (),
            # An empty variable counts as not set.
            **{name: value for name, value in options.items() if value not in (None, "")},
        )
    except ValueError as error:
        stop(str(error), USAGE_ERROR)
    _serve(settings)


def _parameters() -> Iterable[inspect.Parameter]:
    """Build the command's parameters from the settings, with their variables."""
    for setting in setting_options():
        if setting.in_command:
            plain = (setting.name, setting.type, setting.default, setting.text)
            name, kind, default, text = _SPECIAL.get(setting.name, plain)
            details = Parameter(
                help=(text or setting.text).replace("`", ""),
                # What is on by default can be switched off.
                negative=f"--no-{name.replace('_', '-')}" if default is True else "",
                # Its variable may hold several keys, which are split here.
                env_var=None if name == "api_key" else f"JULEP_SERVER_{name.upper()}",
            )
            yield _option(name, kind, default, details)
    for name, default, text in _OF_PROCESS:
        details = Parameter(help=text, env_var=f"JULEP_SERVER_{name.upper()}")
        yield _option(name, str, default, details)


def _option(name: str, kind: object, default: object, details: Parameter) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=cast("Any", Annotated)[kind, details],
    )


# The command line reads these through inspect.signature and typing.get_type_hints.
setattr(serve, "__signature__", inspect.Signature([*_parameters()]))  # noqa: B010 - as in options
serve.__annotations__ = {parameter.name: parameter.annotation for parameter in _parameters()}
command_line.command(
    serve,
    help_epilogue=examples(
        "serve", "serve --model-url http://localhost:11434/v1 --model llama3.2 --port 8080"
    ),
)
for _commands in (database, keys, tenants):
    command_line.command(_commands.command_line)
command_line.command(
    transfer.export, help_epilogue=examples("export Ada --output ada.jsonl", "export > all.jsonl")
)
command_line.command(
    transfer.import_file,
    name="import",
    help_epilogue=examples("import ada.jsonl", "import ada.jsonl --tenant acme"),
)
command_line.command(transfer.apply, help_epilogue=examples("apply agents.jsonl --prune"))


def _serve(settings: Settings) -> None:
    host, port = settings.host, settings.port
    try:
        bound = bind(host, port)
    except (OSError, OverflowError) as error:
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        hint = "; --port chooses another port" if is_taken else ""
        stop(f"can't serve on {host}:{port}: {error}{hint}", 1)
    with bound:
        if settings.workers > 1:
            with shared_metrics(enabled=settings.metrics):
                sys.exit(Workers(settings.workers, partial(_serve_on, bound, settings)).run())
        _serve_on(bound, settings)


def _serve_on(
    bound: socket.socket, settings: Settings, is_first: Callable[[], bool] = lambda: True
) -> None:
    """Serve on a bound socket.

    Args:
        bound: The socket.
        settings: The settings.
        is_first: Called when the database is open: whether the server is to be announced.
    """
    return_freed_memory()
    with opening():
        app = App(settings)
    try:
        server = Server(app, settings)
    except OSError as error:
        app.close()
        stop(f"can't use the certificate {settings.tls_cert}: {error}", 1)
    try:
        listen(bound)
    except OSError as error:
        app.close()
        stop(f"can't serve on {settings.host}:{settings.port}: {error}", 1)
    if is_first():
        host, port = settings.host, bound.getsockname()[1]
        shown = make_url(settings.database).render_as_string(hide_password=True)
        address = f"[{host}]" if ":" in host else host
        sys.stdout.write(
            f"julep serves {settings.scheme}://{address}:{port}{settings.root_path}/api"
            f" (model: {app.model}; database: {shown})\n"
        )
        sys.stdout.flush()
        if settings.is_offline:
            # Beside the server, which need not wait for it.
            look = partial(log_local_models, port)
            threading.Thread(target=look, name="local-models", daemon=True).start()
    try:
        server.run(sockets=[bound])
    except KeyboardInterrupt:
        # Raised by uvicorn after a clean stop.
        return


def _keys_from_environment() -> list[str]:
    given = os.environ.get("JULEP_SERVER_API_KEY")
    if given is None:
        return []
    keys = [key.strip() for key in given.split(",") if key.strip()]
    if not keys:
        raise ValueError(
            "JULEP_SERVER_API_KEY is empty: set it to a key, or unset it (then --api-key and `julep"
            " keys` name keys; a server without any is for this machine alone)"
        )
    return keys


def run(
    arguments: Sequence[str] | None = None,
    client_commands: Mapping[str, str] | None = None,
    text_of: Callable[[CycloptsError], str] | None = None,
) -> None:
    """Run the command line.

    Args:
        arguments: The arguments; by default the process's.
        client_commands: Descriptions of the commands that the caller runs itself, by name: the help
            lists them too.
        text_of: Returns the text of a wrong command line, in the words of the caller's commands.
    """
    for name, description in (client_commands or {}).items():
        if name not in command_line:  # a process may run several
            command_line.command(CommandLine(name=name, help=description))
    if not sys.stdout.isatty():
        from rich.console import Console  # comes with cyclopts

        # No boxes in pipes and files, and texts on as few lines as they have.
        command_line.help_formatter = "plain"
        command_line.console = Console(width=_WIDE)
    try:
        command_line(
            [*(sys.argv[1:] if arguments is None else arguments)],
            exit_on_error=False,
            print_error=False,
        )
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise SystemExit(INTERRUPTED) from None
    except CycloptsError as error:
        if text_of is not None:
            stop(text_of(error), USAGE_ERROR)
        words = " ".join(error.command_chain or ())
        hint = f"julep {words} --help".replace("  ", " ")
        stop(f"{str(error).rstrip('.')} ({hint})", USAGE_ERROR)
