"""Reflection without a language model: by plain rules, so that it is the same every time.

What a user says of themselves is remembered in the user's own words; a conversation is summed up by
the beginnings of what was said; and nothing is suggested.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from julep_server.models.reflection import Fact, Hint, Line
from julep_server.models.tokens import count

_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"')\]]*(?=\s|$)|[。！？]|$)", re.MULTILINE)  # noqa: RUF001 - CJK full stops
_WORD = re.compile(r"[\w']+")
_FEWEST_WORDS = 3
_MOST = 20
_LONGEST = 500
_SHOWN = 200


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPEAKERS = _words_of("i i'm i've i'd i'll im we we're we've we'd we'll")
_OWN = _words_of("my our")
_JOINING = _words_of("also and but so well")
_ASKING = _words_of("how what when where which who whom whose why")
_LEADING = _words_of(
    "am are can could did do does had has have is let may might must please shall should was were"
    " will would"
)
# Words of what happened, at some time, rather than of what holds.
_HAPPENED = _words_of(
    "ago bought came did found got had last made met moved saw went was were yesterday"
)


class OfflineReflection:
    """Reads conversations by rules for English sentences."""

    async def facts(
        self, _model: str, user: str, said: Sequence[Line], _known: Sequence[str], /
    ) -> list[Fact]:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        sentences = [
            sentence
            for line in said
            if line.speaker == "user"
            for sentence in statements(line.text)
        ]
        return [
            Fact(_kind(sentence), sentence, entities=[{"name": user}])
            for sentence in sentences[:_MOST]
        ]

    async def summary(self, _model: str, before: str, said: Sequence[Line], limit: int, /) -> str:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        kept = [
            *before.splitlines(),
            *(f"The {line.speaker} said: {_begun(line)}" for line in said),
        ]
        # The newest first, until there is no more room.
        size, first = 0, len(kept)
        while first and (size := size + count(kept[first - 1])) <= limit:
            first -= 1
        return "\n".join(kept[first:])

    async def hints(self, _model: str, _said: Sequence[Line], /) -> list[Hint]:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        return []


def statements(text: str) -> list[str]:
    """Those sentences of a user's that state something of the user.

    Example:
        >>> statements("I live in Bergen. Do you know it? My cat is Tove! Tell me a joke.")
        ['I live in Bergen.', 'My cat is Tove!']
    """
    sentences = [match.strip() for match in _SENTENCE.findall(text)]
    return [sentence for sentence in sentences if _states(sentence)]


def _states(sentence: str) -> bool:
    if len(sentence) > _LONGEST or "?" in sentence[-3:] or sentence.endswith("？"):  # noqa: RUF001 - CJK
        return False
    words = _words(sentence)
    if len(words) < _FEWEST_WORDS or words[0] in _LEADING:
        return False
    if words[0] in _ASKING and words[1] in _LEADING:
        return False
    owner = words[1] if words[0] in _JOINING else words[0]
    return owner in _OWN or not _SPEAKERS.isdisjoint(words[:_FEWEST_WORDS])


def _kind(sentence: str) -> str:
    return "belief" if _HAPPENED.isdisjoint(_words(sentence)) else "episode"


def _words(sentence: str) -> list[str]:
    return _WORD.findall(sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower())


def _begun(line: Line) -> str:
    text = " ".join(line.text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
