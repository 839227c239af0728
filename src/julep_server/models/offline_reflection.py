"""Reflection without a language model: by simple rules, so that it is deterministic.

Statements of users about themselves are remembered word for word; the summary of a conversation is
the beginnings of its messages; and there are no suggestions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from julep_server.models.model_access import ChosenModel
from julep_server.models.reflection import Fact, Hint, Line
from julep_server.text.tokens import count_tokens

_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"')\]]*(?=\s|$)|[。！？]|$)", re.MULTILINE)  # noqa: RUF001 - CJK full stops
_WORD = re.compile(r"[\w']+")
_MIN_WORDS = 3
_MAX_FACTS = 20
_MAX_SENTENCE_LENGTH = 500
_MAX_SUMMARY_LINE = 200


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPEAKERS = _words_of("i i'm i've i'd i'll im we we're we've we'd we'll")
_OWN = _words_of("my our")
_CONJUNCTIONS = _words_of("also and but so well")
_QUESTION_WORDS = _words_of("how what when where which who whom whose why")
_AUXILIARIES = _words_of(
    "am are can could did do does had has have is let may might must please shall should was were"
    " will would"
)
# Words for what happened at some time, as opposed to what is true.
_HAPPENED = _words_of(
    "ago bought came did found got had last made met moved saw went was were yesterday"
)


class OfflineReflection:
    """Reflects on conversations by rules for English sentences."""

    async def facts(
        self, _model: ChosenModel, user: str, lines: Sequence[Line], _known: Sequence[str], /
    ) -> list[Fact]:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        sentences = [
            sentence
            for line in lines
            if line.speaker == "user"
            for sentence in statements(line.text)
        ]
        return [
            Fact(_kind(sentence), sentence, entities=[{"name": user}])
            for sentence in sentences[:_MAX_FACTS]
        ]

    async def summary(
        self, _model: ChosenModel, before: str, lines: Sequence[Line], limit: int, /
    ) -> str:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        kept = [
            *before.splitlines(),
            *(f"The {line.speaker} said: {_beginning(line)}" for line in lines),
        ]
        # From the newest, until there is no more room.
        size, first = 0, len(kept)
        while first and (size := size + count_tokens(kept[first - 1])) <= limit:
            first -= 1
        return "\n".join(kept[first:])

    async def hints(self, _model: ChosenModel, _lines: Sequence[Line], /) -> list[Hint]:
        """See :class:`~julep_server.models.reflection.Reflection`."""
        return []


def statements(text: str) -> list[str]:
    """Return the sentences in which a user states something about themselves.

    Example:
        >>> statements("I live in Bergen. Do you know it? My cat is Tove! Tell me a joke.")
        ['I live in Bergen.', 'My cat is Tove!']
    """
    sentences = [match.strip() for match in _SENTENCE.findall(text)]
    return [sentence for sentence in sentences if _states(sentence)]


def _states(sentence: str) -> bool:
    if len(sentence) > _MAX_SENTENCE_LENGTH or "?" in sentence[-3:] or sentence.endswith("？"):  # noqa: RUF001 - CJK
        return False
    words = _words(sentence)
    if len(words) < _MIN_WORDS or words[0] in _AUXILIARIES:
        return False
    if words[0] in _QUESTION_WORDS and words[1] in _AUXILIARIES:
        return False
    owner = words[1] if words[0] in _CONJUNCTIONS else words[0]
    return owner in _OWN or not _SPEAKERS.isdisjoint(words[:_MIN_WORDS])


def _kind(sentence: str) -> str:
    return "belief" if _HAPPENED.isdisjoint(_words(sentence)) else "episode"


def _words(sentence: str) -> list[str]:
    return _WORD.findall(sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower())


def _beginning(line: Line) -> str:
    text = " ".join(line.text.split())
    return text if len(text) <= _MAX_SUMMARY_LINE else text[: _MAX_SUMMARY_LINE - 1] + "…"
