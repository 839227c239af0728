"""The command line: ``julep serve``."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App as CommandLine
from cyclopts import Parameter
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from julep_server.app import App
from julep_server.serving import Server, bind
from julep_server.settings import DEFAULT_HOST, DEFAULT_PORT, OFFLINE_MODEL, Settings

USAGE_ERROR = 2
"""Exit status for a configuration that makes no sense."""


def _version() -> str:
    try:
        return version("julep")
    except PackageNotFoundError:
        return "(not installed)"


command_line = CommandLine(
    name="julep", help="The Julep agents API on this machine.", version=_version
)


@command_line.command
def serve(
    *,
    host: Annotated[str, Parameter(env_var="JULEP_SERVER_HOST")] = DEFAULT_HOST,
    port: Annotated[int, Parameter(env_var="JULEP_SERVER_PORT")] = DEFAULT_PORT,
    database: Annotated[str | None, Parameter(env_var="JULEP_SERVER_DATABASE")] = None,
    api_key: Annotated[list[str] | None, Parameter(negative="")] = None,
    model_url: Annotated[str | None, Parameter(env_var="JULEP_SERVER_MODEL_URL")] = None,
    model_key: Annotated[str | None, Parameter(env_var="JULEP_SERVER_MODEL_KEY")] = None,
    model: Annotated[str | None, Parameter(env_var="JULEP_SERVER_MODEL")] = None,
    embedding_url: Annotated[str | None, Parameter(env_var="JULEP_SERVER_EMBEDDING_URL")] = None,
    embedding_key: Annotated[str | None, Parameter(env_var="JULEP_SERVER_EMBEDDING_KEY")] = None,
    embedding_model: Annotated[
        str | None, Parameter(env_var="JULEP_SERVER_EMBEDDING_MODEL")
    ] = None,
    suggestions: Annotated[
        bool, Parameter(env_var="JULEP_SERVER_SUGGESTIONS", negative="")
    ] = False,
) -> None:
    """Serve the API until interrupted.

    Args:
        host: Address to serve on.
        port: Port to serve on; 0 takes a free one.
        database: SQLAlchemy URL, or the path of a SQLite file. By default a file in the user's
            data directory.
        api_key: A key that is accepted, each one a tenant of its own; may be given several times.
            JULEP_SERVER_API_KEY holds one, or several with commas between. Without any, everyone
            who reaches the port may use the server.
        model_url: Base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1.
            Without it the offline model answers.
        model_key: Key for that endpoint.
        model: Name of the model to use there.
        embedding_url: Base URL of an OpenAI-compatible endpoint whose embeddings are used to recall
            by meaning. Without it the offline embedder is used where it is installed.
        embedding_key: Key for that endpoint.
        embedding_model: Name of the model to use there; "none" recalls by words alone.
        suggestions: Ask the model, after each recorded turn, how the conversation may go on.
    """
    keys = api_key if api_key is not None else _keys_from_environment()
    try:
        settings = Settings(
            database=database_url(database),
            api_keys=tuple(keys),
            model_url=model_url,
            model_key=model_key,
            model=model or OFFLINE_MODEL,
            embedding_url=embedding_url or None,
            embedding_key=embedding_key,
            embedding_model=embedding_model or None,
            suggestions=suggestions,
        )
    except ValueError as error:
        _give_up(str(error), USAGE_ERROR)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    # Alembic tells its plugins at every start, httpx each request: too much for a server's log.
    for name in ("alembic", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    _serve(settings, host, port)


def _serve(settings: Settings, host: str, port: int) -> None:
    try:
        bound = bind(host, port)
    except (OSError, OverflowError) as error:
        _give_up(f"can't serve on {host}:{port}: {error}", 1)
    with bound:
        try:
            app = App(settings)
        except ModuleNotFoundError as error:
            needed = f'{error.name} is missing: pip install "julep[postgres]"'
            _give_up(f"can't open the database: {needed}", 1)
        except (SQLAlchemyError, OSError) as error:
            _give_up(f"can't open the database: {str(error).splitlines()[0]}", 1)
        shown = make_url(settings.database).render_as_string(hide_password=True)
        address = f"[{host}]" if ":" in host else host
        sys.stdout.write(
            f"julep serves http://{address}:{bound.getsockname()[1]}/api"
            f" (model: {settings.model}; database: {shown})\n"
        )
        sys.stdout.flush()
        try:
            Server(app).run(sockets=[bound])
        except KeyboardInterrupt:
            # uvicorn has stopped cleanly, and repeats the signal for whoever waits for it.
            return


def database_url(given: str | None) -> str:
    """The database's URL: as given, of the file given, or of the default file."""
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
    """Where this system keeps a user's data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "julep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/julep"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "julep"


def _keys_from_environment() -> list[str]:
    given = os.environ.get("JULEP_SERVER_API_KEY", "")
    return [key.strip() for key in given.split(",") if key.strip()]


def _give_up(message: str, status: int) -> NoReturn:
    sys.stderr.write(f"julep: {message}\n")
    raise SystemExit(status)


def run() -> None:
    """Run the command line with the process's arguments."""
    command_line()
