"""Several models by name: their endpoints, from options and from a TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from julep_server.json_text import JSON, JSONObject

_OPTIONS = ("key", "key_env", "model")


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """A model of a server.

    Args:
        name: The name by which agents choose it.
        url: Base URL of an OpenAI-compatible endpoint.
        key: Key for that endpoint.
        model: Its name there; the same name by default.

    Raises:
        ValueError: The name is empty, the URL is none, or the key can't be sent.

    Example:
        >>> from julep_server import LocalServer, ModelEndpoint
        >>> fast = ModelEndpoint("fast", "http://localhost:11434/v1", model="llama3.2")
        >>> LocalServer(models=[fast])
        <LocalServer stopped>
    """

    name: str
    url: str
    key: str | None = field(default=None, repr=False)
    model: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a model needs a name")
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(
                f"the URL of the model {self.name} must begin with http:// or https://"
            )
        check_key(f"the key of the model {self.name}", self.key)
        object.__setattr__(self, "model", self.model or self.name)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The models of a server, and which of them answers.

    Attributes:
        endpoints: The models by name.
        default: The name of the model for agents that name none of them.
        fallback: The models that answer, in this order, when another one fails.
        allowed: For keys of tenants, the only models that they may use.
    """

    endpoints: Mapping[str, ModelEndpoint]
    default: str
    fallback: Sequence[str] = ()
    allowed: Mapping[str, Sequence[str]] = field(
        default_factory=dict[str, Sequence[str]], repr=False
    )

    def __post_init__(self) -> None:
        named = [
            self.default,
            *self.fallback,
            *(n for names in self.allowed.values() for n in names),
        ]
        for name in named:
            if name not in self.endpoints:
                known = ", ".join(self.endpoints)
                raise ValueError(f"no model is named {name}; there are: {known}")


def check_key(what: str, key: str | None) -> None:
    """Check that a key can be sent in a header; the error does not quote it.

    Args:
        what: What the error names.
        key: The key; None and an empty one send none.

    Raises:
        ValueError: It has a character that a key in a header can't have.
    """
    for position, character in enumerate(key or "", 1):
        if not "!" <= character <= "~":
            kind = "a space or a control character" if character.isascii() else "not ASCII"
            raise ValueError(
                f"{what} can't be sent in a header: character {position} of {len(key or '')} is"
                f" {kind}"
            )


def parse_endpoint(text: str) -> ModelEndpoint:
    """Parse ``NAME=URL[,key=…][,key_env=…][,model=…]``.

    Raises:
        ValueError: It has another form.

    Example:
        >>> parse_endpoint("fast=http://localhost:8000/v1,model=tiny")
        ModelEndpoint(name='fast', url='http://localhost:8000/v1', model='tiny')
    """
    name, _, rest = text.partition("=")
    url, *options = _split(rest)
    given: JSONObject = {"url": url}
    for option in options:
        key, _, value = option.partition("=")
        given[key] = value
    return _endpoint(name.strip(), given, f"--model {name}")


def read_models(path: str) -> ModelChoice:
    """Read a TOML file of models.

    Raises:
        ValueError: It can't be read, or has another form; the message says where.
    """
    try:
        parsed = cast("JSONObject", tomllib.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"the models in {path} can't be read: {error}") from None
    try:
        return _choice(parsed)
    except ValueError as error:
        raise ValueError(f"the models in {path}: {error}") from None


def _choice(parsed: JSONObject) -> ModelChoice:
    _check_known(parsed, ("models", "default", "fallback", "tenants"), "")
    tables = _table(parsed.get("models"), "models")
    endpoints = {name: _endpoint(name, item, f"models.{name}") for name, item in tables.items()}
    if not endpoints:
        raise ValueError("models: expected at least one table [models.NAME]")
    default = parsed.get("default", next(iter(endpoints)))
    if not isinstance(default, str):
        raise ValueError(f"default: expected the name of a model; got {default!r:.80}")
    tenants = _table(parsed.get("tenants", {}), "tenants")
    return ModelChoice(
        endpoints,
        default,
        _names(parsed.get("fallback", []), "fallback"),
        {key: _names(names, f"tenants.{key[:4]}…") for key, names in tenants.items()},
    )


def _endpoint(name: str, item: JSON, path: str) -> ModelEndpoint:
    table = _table(item, path)
    _check_known(table, ("url", *_OPTIONS), path)
    texts: dict[str, str] = {}
    for option, value in table.items():
        if not isinstance(value, str):
            raise ValueError(f"{path}.{option}: expected a text; got {value!r:.80}")
        texts[option] = value
    key = texts.get("key")
    if variable := texts.get("key_env"):
        key = os.environ.get(variable)
        if key is None:
            raise ValueError(f"{path}.key_env: there is no environment variable {variable}")
    return ModelEndpoint(name, texts.get("url", ""), key, texts.get("model", ""))


def _split(text: str) -> list[str]:
    """Split at commas that begin an option: a URL may have commas itself."""
    parts: list[str] = []
    for part in text.split(","):
        if parts and part.partition("=")[0].strip() not in _OPTIONS:
            parts[-1] += f",{part}"
        else:
            parts.append(part.strip())
    return parts


def _table(value: JSON, path: str) -> JSONObject:
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a table; got {value!r:.80}")
    return value


def _names(value: JSON, path: str) -> list[str]:
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(names) != len(value):
        raise ValueError(f"{path}: expected a list of names; got {value!r:.80}")
    return names


def _check_known(table: JSONObject, known: Sequence[str], path: str) -> None:
    if unknown := [key for key in table if key not in known]:
        where = f"{path}: " if path else ""
        raise ValueError(f"{where}unknown: {', '.join(unknown)}; known: {', '.join(known)}")
