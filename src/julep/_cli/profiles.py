"""Profiles: servers and their keys by name, in a file of the user's."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

from julep._cli.exits import suggestion
from julep.errors import ConfigurationError

T = TypeVar("T")

_COMMAND_SECONDS: Final = 60
_KEYS: Final = ("api_key", "api_key_env", "api_key_command")
_FIELDS: Final = ("url", *_KEYS, "timeout")
_EXAMPLE: Final = 'url = "https://julep.example.com/api"'


class Profile(NamedTuple):
    """A profile.

    Attributes:
        name: Its name.
        url: The server's base URL.
        api_key: Returns the key; None for none.
        key_origin: Where the key comes from.
        timeout: Seconds of a call; None for the client's default.
    """

    name: str
    url: str
    api_key: Callable[[], str] | None
    key_origin: str
    timeout: float | None


def config_path() -> Path:
    """Return the path of the file."""
    home = os.environ.get("XDG_CONFIG_HOME")
    base = Path(home) if home else Path.home() / ".config"
    return base / "julep" / "config.toml"


def profile_names() -> list[str]:
    """Return the names of the profiles.

    Raises:
        ConfigurationError: When the file has a mistake.
    """
    return [*_profiles(_content())]


def read_profile(name: str | None) -> Profile | None:
    """Return a profile.

    Args:
        name: Its name; None for the default one, if there is one.

    Raises:
        ConfigurationError: When there is none of this name, or the file has a mistake.
    """
    path = config_path()
    content = _content()
    if name is not None and content is None:
        raise ConfigurationError(f"profile {name}: there is no file {path}")
    profiles = _profiles(content)
    chosen = name or _field(f"{path}", content or {}, "default", str, "the name of a profile")
    if chosen is None:
        return None
    if chosen not in profiles:
        raise ConfigurationError(f"{path} has no profile {chosen}{suggestion(chosen, [*profiles])}")
    _check_mode(path, profiles)
    return _profile(f"{path}: profiles.{chosen}", chosen, profiles[chosen])


def _content() -> dict[str, Any] | None:
    """Return what the file has; None if there is none."""
    path = config_path()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: expected TOML with fewer levels") from None
    _check_names(f"{path}", content, ("default", "profiles"))
    return content


def _profiles(content: Mapping[str, Any] | None) -> dict[str, Any]:
    tables: type[dict[str, Any]] = dict
    expected = "tables such as [profiles.work]"
    return _field(f"{config_path()}", content or {}, "profiles", tables, expected) or {}


def _profile(where: str, name: str, fields: Mapping[str, Any]) -> Profile:
    if not isinstance(cast("object", fields), dict):
        raise ConfigurationError(f"{where}: expected a table with {_EXAMPLE}")
    _check_names(where, fields, _FIELDS)
    url = _field(where, fields, "url", str, _EXAMPLE)
    if not url:
        raise ConfigurationError(f"{where} needs {_EXAMPLE}")
    given = [key for key in _KEYS if key in fields]
    if len(given) > 1:
        raise ConfigurationError(f"{where}: expected one of {', '.join(given)}, not several")
    timeout = fields.get("timeout")
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        raise ConfigurationError(f"{where}.timeout: expected seconds; got {timeout!r}")
    key, origin = _key(where, name, fields) if given else (None, "none; the profile has none")
    return Profile(name, url, key, origin, timeout)


def _key(where: str, name: str, fields: Mapping[str, Any]) -> tuple[Callable[[], str], str]:
    """Return the function that returns a profile's key, and where it comes from."""
    if key := _field(where, fields, "api_key", str, "a text"):
        return lambda: key, f"from the profile {name}"
    if variable := _field(where, fields, "api_key_env", str, "the name of a variable"):
        return (
            lambda: _from_environment(where, variable),
            f"from {variable}, which the profile {name} names",
        )
    words = fields.get("api_key_command")
    if words is None:
        (empty,) = (key for key in _KEYS if key in fields)
        raise ConfigurationError(f"{where}.{empty}: expected a text that is not empty")
    if not isinstance(words, list) or not all(
        isinstance(w, str) for w in cast("list[object]", words)
    ):
        expected = 'a list of words, such as ["pass", "show", "julep"]'
        raise ConfigurationError(f"{where}.api_key_command: expected {expected}")
    command = cast("list[str]", words)
    if not command:
        raise ConfigurationError(f"{where}.api_key_command: expected a program")
    return lambda: _from_command(
        where, command
    ), f"from the command {command[0]} of the profile {name}"


def _from_environment(where: str, variable: str) -> str:
    key = os.environ.get(variable)
    if not key:
        raise ConfigurationError(f"{where}.api_key_env: the variable {variable} is not set")
    return key


def _from_command(where: str, words: list[str]) -> str:
    """Return the first line that a command prints. Errors name the program alone."""
    problem = f"{where}.api_key_command: {words[0]}"
    try:
        done = subprocess.run(  # noqa: S603 - the user's own file has the command
            words, stdout=subprocess.PIPE, text=True, timeout=_COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        text = f"took more than {_COMMAND_SECONDS} s"
        if isinstance(error, UnicodeDecodeError):
            text = "printed no text"
        elif not isinstance(error, subprocess.TimeoutExpired):
            text = f"cannot be run: {getattr(error, 'strerror', None) or error}"
        raise ConfigurationError(f"{problem} {text}") from None
    if done.returncode:
        raise ConfigurationError(f"{problem} ended with status {done.returncode}")
    key = done.stdout.partition("\n")[0].strip()
    if not key:
        raise ConfigurationError(f"{problem} printed no key")
    return key


def _check_mode(path: Path, profiles: Mapping[str, Any]) -> None:
    """Refuse a file with keys that others may read, or with commands that others may change."""
    if sys.platform == "win32":  # its permissions are others
        return
    mode = path.stat().st_mode & 0o777
    has_key = any("api_key" in fields for fields in profiles.values() if isinstance(fields, dict))
    if (mode & 0o077 and has_key) or mode & 0o022:
        what = "has a key, and others may read it" if has_key else "may be changed by others"
        raise ConfigurationError(f"{path} {what} (mode {mode:o}): chmod 600 {path}")


def _field(
    where: str, fields: Mapping[str, Any], name: str, kind: type[T], expected: str
) -> T | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, kind):
        # Tables may hold keys.
        is_shown = name != "api_key" and isinstance(value, (str, int, float, bool))
        shown = f"{value!r}" if is_shown else "another value"
        raise ConfigurationError(f"{where}.{name}: expected {expected}; got {shown}")
    return value


def _check_names(where: str, fields: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in fields:
        if name not in known:
            raise ConfigurationError(f"{where} has no setting {name}{suggestion(name, known)}")
