"""The command line: ``julep serve``."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

from cyclopts import App as CommandLine
from cyclopts import Parameter
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from julep_server.app import App
from julep_server.models.discovery import log_local_models
from julep_server.options import setting_options
from julep_server.serving import Server, bind
from julep_server.settings import Settings
from julep_server.version import VERSION
from julep_server.workers import Workers

USAGE_ERROR = 2
"""Exit status for settings that contradict each other."""

DEFAULT_PORT = 8080

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
    "model_fallback": ("model_fallback", list[str] | None, None, ""),
    "api_keys": (
        "api_key",
        list[str] | None,
        None,
        (
            "A key that is accepted, each one a tenant of its own; may be given several times."
            " JULEP_SERVER_API_KEY holds one, or several with commas between. Without any, everyone"
            " who reaches the port may use the server."
        ),
    ),
}


command_line = CommandLine(
    name="julep", help="The Julep agents API on this machine.", version=VERSION
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
        settings = Settings(
            database=database_url(options.pop("database")),
            api_keys=_keys_from_environment() if keys is None else keys,
            models=endpoints,
            # An empty variable counts as not set.
            **{name: value for name, value in options.items() if value not in (None, "")},
        )
    except ValueError as error:
        _exit(str(error), USAGE_ERROR)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    # Alembic logs its plugins at every start, httpx each request: too much for a server's log.
    for name in ("alembic", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    _serve(settings)


def _parameters() -> Iterable[inspect.Parameter]:
    """Build the command's parameters from the settings, with their variables."""
    for setting in setting_options():
        if setting.in_command:
            plain = (setting.name, setting.type, setting.default, setting.text)
            name, kind, default, text = _SPECIAL.get(setting.name, plain)
            details = Parameter(
                help=text or setting.text,
                negative="",
                # Its variable may hold several keys, which are split here.
                env_var=None if name == "api_key" else f"JULEP_SERVER_{name.upper()}",
            )
            yield inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=cast("Any", Annotated)[kind, details],
            )


# The command line reads these through inspect.signature and typing.get_type_hints.
setattr(serve, "__signature__", inspect.Signature([*_parameters()]))  # noqa: B010 - as in options
serve.__annotations__ = {parameter.name: parameter.annotation for parameter in _parameters()}
command_line.command(serve)


def _serve(settings: Settings) -> None:
    host, port = settings.host, settings.port
    try:
        bound = bind(host, port)
    except (OSError, OverflowError) as error:
        _exit(f"can't serve on {host}:{port}: {error}", 1)
    with bound:
        if settings.workers > 1:
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
    try:
        app = App(settings)
    except ValueError as error:
        _exit(str(error), USAGE_ERROR)
    except ModuleNotFoundError as error:
        needed = f'{error.name} is missing: pip install "julep[postgres]"'
        _exit(f"can't open the database: {needed}", 1)
    except (SQLAlchemyError, OSError) as error:
        _exit(f"can't open the database: {str(error).splitlines()[0]}", 1)
    if is_first():
        host, port = settings.host, bound.getsockname()[1]
        shown = make_url(settings.database).render_as_string(hide_password=True)
        address = f"[{host}]" if ":" in host else host
        sys.stdout.write(
            f"julep serves http://{address}:{port}/api (model: {app.model}; database: {shown})\n"
        )
        sys.stdout.flush()
        if settings.is_offline:
            # Beside the server, which need not wait for it.
            look = partial(log_local_models, port)
            threading.Thread(target=look, name="local-models", daemon=True).start()
    try:
        Server(app).run(sockets=[bound])
    except KeyboardInterrupt:
        # Raised by uvicorn after a clean stop.
        return


def database_url(given: str | None) -> str:
    """Return the URL of a database.

    Args:
        given: Its URL, or the path of a SQLite file; None for a file in the user's data directory.

    Raises:
        ValueError: It is a URL that can't be read.
    """
    if given and "://" in given:
        try:
            make_url(given)
        except SQLAlchemyError as error:
            raise ValueError(f"the database's URL can't be read: {error}") from None
        return given
    path = Path(given) if given else _data_directory() / "julep.db"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{path.absolute()}"


def _data_directory() -> Path:
    """Return the system's directory for a user's data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "julep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/julep"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "julep"


def _keys_from_environment() -> list[str]:
    given = os.environ.get("JULEP_SERVER_API_KEY", "")
    return [key.strip() for key in given.split(",") if key.strip()]


def _exit(message: str, status: int) -> NoReturn:
    sys.stderr.write(f"julep: {message}\n")
    raise SystemExit(status)


def run() -> None:
    """Run the command line with the process's arguments."""
    command_line()
