"""The command ``julep doctor``: checks a set-up from its settings to the server's model."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from julep._cli.connection import Connection, connection
from julep._cli.exits import FAILED, INVALID, REFUSED, UNREACHABLE
from julep._cli.plain import PROFILE, URL, PlainCommand, PlainOption
from julep._cli.profiles import config_path
from julep._version import __version__

if TYPE_CHECKING:
    from julep._clients.sync_client import Client
    from julep_api.types import JSON

Status: TypeAlias = Literal["ok", "note", "failed"]

COMMAND: Final = PlainCommand(
    "doctor",
    "Check the settings, the server and its model, and report what is wrong first.",
    (URL, PROFILE, PlainOption("--json", "print the findings as JSON")),
    """\
Exit status: 0 all is well, 1 the server does not work, 2 a setting is invalid,
3 the server is not reachable, 4 the server refuses the key.""",
    ("julep doctor", "JULEP_API_KEY=... julep doctor --url https://julep.example.com/api"),
)

_TIMEOUT: Final = 5.0
_MAX_CLOCK_SECONDS: Final = 60.0
_SLOW_SECONDS: Final = 1.0


class Finding(NamedTuple):
    """The result of a check.

    Attributes:
        check: What was checked.
        status: Whether it is well, worth a note, or failed.
        text: What was found, and what would help.
        exit_status: The status with which the command ends, if this is what failed.
    """

    check: str
    status: Status
    text: str
    exit_status: int = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    options = COMMAND.read(arguments)
    if isinstance(options, int):
        return options
    as_json = "--json" in options
    findings = list[Finding]()
    for finding in diagnose(options.get("--url"), options.get("--profile")):
        findings.append(finding)
        if not as_json:
            sys.stdout.write(f"{finding.status:<6}  {finding.check:<8}  {finding.text}\n")
            sys.stdout.flush()
    if as_json:
        found = [finding._asdict() for finding in findings]
        sys.stdout.write(f"{json.dumps(found, indent=2, ensure_ascii=False)}\n")
    return findings[-1].exit_status


def diagnose(url: str | None = None, profile: str | None = None) -> Iterator[Finding]:
    """Yield the findings; one that failed is the last.

    Args:
        url: The server's base URL; by default that of the profile or the environment.
        profile: The name of a profile.
    """
    yield _versions()
    from julep.errors import ConfigurationError

    try:
        found = connection(url, profile)
        client = found.client(timeout=_TIMEOUT, max_retries=0)
    except ConfigurationError as error:
        yield Finding("settings", "failed", str(error), INVALID)
        return
    with client:
        if found.profile is not None:
            path = str(config_path()).replace(str(Path.home()), "~")
            text = f"{found.profile.name} ({found.profile_origin}; {path})"
            yield Finding("profile", "ok", text)
        yield Finding("url", "ok", f"{client.base_url} ({found.url_origin})")
        yield Finding("key", "ok", found.key_origin)
        yield from _proxy(client.base_url)
        reached = _reach(client)
        yield reached
        if reached.status != "failed":
            yield from _use(client, found)


def _versions() -> Finding:
    server = "julep[server]" if find_spec("uvicorn") else "without julep[server]"
    python = platform.python_version()
    return Finding("version", "ok", f"julep {__version__}, {server}, Python {python}")


def _proxy(url: str) -> Iterator[Finding]:
    from julep_net.proxies import proxy_for_url

    proxy = proxy_for_url(url)
    if proxy is not None:
        text = f"requests go through the proxy of {proxy.variable}; NO_PROXY excepts hosts"
        yield Finding("proxy", "note", text)


def _reach(client: Client) -> Finding:
    from julep.errors import ApiError, ConfigurationError, JulepError, NetworkError

    began = time.perf_counter()
    try:
        info = client.server()
    except ConfigurationError as error:  # a transport reads its variables when it is first used
        return Finding("settings", "failed", str(error), INVALID)
    except NetworkError as error:
        return Finding("server", "failed", str(error), UNREACHABLE)
    except ApiError as error:
        if error.status_code >= 500:
            return Finding("server", "failed", str(error), FAILED)
        path = urlsplit(client.base_url).path
        hint = "" if path.endswith("/api") else "; the path of the API is /api"
        text = f"{client.base_url} is no server of Julep: status {error.status_code}{hint}"
        return Finding("server", "failed", text, FAILED)
    except JulepError:  # a response of another form
        return Finding("server", "failed", f"{client.base_url} is no server of Julep", FAILED)
    seconds = time.perf_counter() - began
    text = f"julep {info.version}, contract {info.contract}, in {seconds * 1000:.0f} ms"
    if info.version.partition(".")[0] != __version__.partition(".")[0]:
        return Finding("server", "note", f"{text}; it is of another generation than the client")
    return Finding("server", "note" if seconds > _SLOW_SECONDS else "ok", text)


def _use(client: Client, found: Connection) -> Iterator[Finding]:
    """Make an authorized request, and yield what its response reveals."""
    from julep.errors import ApiError, AuthenticationError, JulepError, PermissionDeniedError

    try:
        raw = client.with_raw_response(client.agents.list, limit=1)
    except (AuthenticationError, PermissionDeniedError) as error:
        has_key = found.profile is not None or found.key_origin.startswith("from ")
        hint = f"the key is {found.key_origin}" if has_key else "set JULEP_API_KEY"
        yield Finding("access", "failed", f"{error.message}; {hint}", REFUSED)
        return
    except ApiError as error:
        yield Finding("access", "failed", str(error), FAILED)
        return
    except JulepError as error:
        yield Finding("access", "failed", str(error), UNREACHABLE)
        return
    yield Finding("access", "ok", "the server accepts requests")
    date = raw.headers.get("date")
    if date is not None:
        ahead = _now() - parsedate_to_datetime(date).timestamp()
        if abs(ahead) > _MAX_CLOCK_SECONDS:
            direction = "ahead of" if ahead > 0 else "behind"
            text = f"this machine is {abs(ahead):.0f} seconds {direction} the server"
            yield Finding("clock", "note", text)
    yield from _parts(client, found)


def _now() -> float:
    return time.time()


def _parts(client: Client, found: Connection) -> Iterator[Finding]:
    """Yield what the server reports of its embedder and its model."""
    root = client.base_url.removesuffix("/api")
    with found.client(base_url=root, timeout=_TIMEOUT, max_retries=0) as at_root:
        health, states = _report(at_root, "/healthz"), _report(at_root, "/readyz")
    state = states.get("embedder", "ok")
    if state != "ok":
        yield Finding("embedder", "note", f"{health.get('embedder')}: {state}")
    elif "embedder" in health and health["embedder"] is None:
        text = "none, texts are recalled by words alone: pip install 'julep[embeddings]' there"
        yield Finding("embedder", "note", text)
    model, state = health.get("model"), states.get("model", "ok")
    notes = states.get("notes")
    note = notes.get("model") if isinstance(notes, dict) else None
    if state != "ok":
        text = f"{model}: {state}; {note}" if note else f"{model}: {state}"
        yield Finding("model", "failed", text, FAILED)
    elif note:
        yield Finding("model", "note", f"{model}: {note}")
    elif model == "offline":
        text = (
            "the offline model, which quotes its prompt: julep serve --model-url URL --model NAME"
        )
        yield Finding("model", "note", text)
    elif model:
        yield Finding("model", "ok", str(model))


def _report(client: Client, path: str) -> dict[str, JSON]:
    """Return what the server reports of its parts; nothing if a gateway does not pass it on."""
    from julep.errors import ApiError, JulepError
    from julep_api.client import Call

    call: Call[JSON] = Call(operation="", method="GET", path=path, answers={200: _unchanged})
    try:
        body = client.api.send(call)
    except ApiError as error:  # 503: a part does not work
        body = error.body
    except JulepError:
        return {}
    return body if isinstance(body, dict) else {}


def _unchanged(body: JSON) -> JSON:
    return body
