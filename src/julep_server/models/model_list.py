"""Whether an endpoint has a model, by its list of models, which not every endpoint has."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from julep_server.json_text import JSON, MalformedJSONError, objects_in
from julep_server.models.endpoint_json import decode, read_json, repaired

MAX_LIST_BYTES: Final = 8 * 1024 * 1024
"""The longest list that is read: hosts of all models have one of a megabyte."""

_MAX_SHOWN: Final = 5
_MAX_NAME: Final = 80
_ANY_NAME: Final = frozenset({"llamacpp"})
"""Owners of models that answer under whatever name they are requested by."""


class ModelList(NamedTuple):
    """The models of an endpoint.

    Attributes:
        names: Their names.
        is_whole: Whether it has all names that the endpoint accepts.
    """

    names: Sequence[str]
    is_whole: bool = True

    def has(self, model: str) -> bool:
        """Check whether a model has this name, or is one that the endpoint finds by it.

        Example:
            >>> ModelList(["llama3.2:latest"]).has("llama3.2")
            True
            >>> ModelList(["llama3.2:latest"]).has("llama3.2:1b")
            False
        """
        # Google's names begin with models/, Ollama's end with a tag; variants of hosts of many
        # models are behind the name of the list, and gateways list patterns.
        wanted = model.casefold().removeprefix("models/")
        known = [name.casefold().removeprefix("models/") for name in self.names]
        accepted = {wanted, wanted.partition(":")[0], f"{wanted}:latest"}
        return any(
            name in accepted or ("*" in name and fnmatchcase(wanted, name)) for name in known
        )

    def hint(self, model: str) -> str:
        """Return what to use in the place of a name that the list does not have.

        Example:
            >>> ModelList(["llama3.2:latest", "qwen3:4b"]).hint("lama3.2")
            'did you mean llama3.2:latest?'
            >>> ModelList(["llama3.2:latest", "qwen3:4b"]).hint("gpt-5")
            'it has llama3.2:latest, qwen3:4b'
        """
        if not self.names:
            return "it has none"
        # The end of a path, and the part before a tag, are what people write.
        forms = {
            form: name
            for name in reversed(self.names)
            for form in (_end(name).partition(":")[0], _end(name), name.casefold())
        }
        found = get_close_matches(model.casefold(), forms, 1) or get_close_matches(
            _end(model), forms, 1
        )
        if found:
            return f"did you mean {forms[found[0]][:_MAX_NAME]}?"
        shown = [name[:_MAX_NAME] for name in self.names[:_MAX_SHOWN]]
        more = len(self.names) - len(shown)
        return f"it has {', '.join(shown)}{f' and {more} more' if more else ''}"


def _end(name: str) -> str:
    return name.casefold().rpartition("/")[2]


def read_model_list(content: bytes) -> ModelList | None:
    """Parse an endpoint's list of models; None if the content is of another form.

    Args:
        content: The response's body: OpenAI's form, or one of those that others have.

    Example:
        >>> read_model_list(b'{"object": "list", "data": [{"id": "llama3.2:latest"}]}')
        ModelList(names=['llama3.2:latest'], is_whole=True)
    """
    try:
        body = read_json(decode(content))
    except MalformedJSONError:
        return None
    items: JSON = body
    is_whole = True
    if isinstance(body, dict):
        key = next((key for key in ("data", "models") if key in body), None)
        if key is None:
            return None
        items = body[key] or []  # Ollama has null, if there are none
        is_whole = body.get("has_more") is not True
    if not isinstance(items, list):
        return None
    entries = objects_in(items)
    names = [name for item in entries if (name := _name(item.get("id"), item.get("name")))]
    if len(names) < len(items):
        is_whole = False
    if any(item.get("owned_by") in _ANY_NAME for item in entries):
        is_whole = False
    return ModelList(names, is_whole)


def _name(*values: JSON) -> str | None:
    """Return the first value that is a name which can be shown."""
    texts = (repaired(value) for value in values if isinstance(value, str))
    return next((text for text in texts if text.strip() and text.isprintable()), None)
