"""JSON and text of endpoints, read leniently: the one rule for what is not strict JSON."""

from __future__ import annotations

import codecs
import json
import re
from typing import cast

from julep_server.json_text import JSON, MalformedJSONError

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LAST_HALF = re.compile("[\ud800-\udbff]\\Z")
# Bytes that are no UTF-8, as `surrogateescape` decodes them.
_RAW = re.compile("[\udc80-\udcff]+")
_LAST_RAW = re.compile("[\udc80-\udcff]+\\Z")
# What may be left of a value, or of an escape, where JSON stops.
_PART_OF_VALUE = re.compile(
    r"|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|(?:\.\d*)?(?:[eE][+-]?)?|\\?u?[0-9a-fA-F]{0,4}"
)
_LONE = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """Decode UTF-8; other bytes are kept as surrogates, for :class:`TextJoiner` to join."""
    return data.decode("utf-8", "surrogateescape")


def read_json(text: str) -> JSON:
    """Parse JSON of an endpoint.

    A byte order mark, raw control characters in texts, NaN and infinity (read as null) and halves
    of surrogate pairs are accepted. Texts that leave the server must pass through :func:`repaired`.

    Raises:
        MalformedJSONError: The text is no JSON, or nested too deeply.
    """
    try:
        text = text.removeprefix("\ufeff").strip()
        # Without the search for spaces of `decode`, twice for each token.
        value, end = _DECODER.raw_decode(text)
        if end != len(text):
            raise MalformedJSONError("more than one value")
        return cast("JSON", value)
    except (RecursionError, ValueError) as error:
        raise MalformedJSONError(str(error)) from None


def is_cut(text: str) -> bool:
    """Check whether JSON stops in the middle: more text could have made it whole.

    Example:
        >>> is_cut('{"x":'), is_cut("{x"), is_cut('{"x":1}')
        (True, False, False)
    """
    text = text.strip()
    if not text.startswith(("{", "[", '"')):
        return False
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        in_text = error.msg.startswith("Unterminated string")
        return in_text or _PART_OF_VALUE.fullmatch(text, error.pos) is not None
    except RecursionError:
        return False
    return False


def _null(_: str) -> None:
    return None


_DECODER = json.JSONDecoder(strict=False, parse_constant=_null)


class TextJoiner:
    r"""Joins pieces of a text that may be cut within a character.

    An emoji may come as two halves of a surrogate pair, or as parts of its bytes, in two events. A
    part without its other part becomes U+FFFD.

    Example:
        >>> joiner = TextJoiner()
        >>> joiner.add("a\ud83d") + joiner.add("\ude00b") + joiner.end()
        'a😀b'
    """

    def __init__(self) -> None:
        self._held = ""

    def add(self, text: str) -> str:
        """Return the text that is complete with this piece."""
        if text.isascii() and not self._held:
            return text
        text = _PAIR.sub(_joined, self._held + text)
        self._held = ""
        if half := _LAST_HALF.search(text):
            text, self._held = text[: half.start()], half[0]
        elif raw := _LAST_RAW.search(text):
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            ending = decoder.decode(_bytes_of(raw[0]))
            text, self._held = text[: raw.start()] + ending, decode(decoder.getstate()[0])
        return _without_parts(text)

    def end(self) -> str:
        """Return what was held back for a piece that did not come."""
        held, self._held = self._held, ""
        return _without_parts(held)


def repaired(text: str) -> str:
    """Return a text that can be stored and sent: parts of characters joined, or U+FFFD."""
    joiner = TextJoiner()
    return joiner.add(text) + joiner.end()


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _bytes_of(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogateescape")


def _without_parts(text: str) -> str:
    text = _RAW.sub(lambda raw: _bytes_of(raw[0]).decode("utf-8", "replace"), text)
    return _LONE.sub("\ufffd", text)
