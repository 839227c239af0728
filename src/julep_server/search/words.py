"""The words of a question: those that can tell one text from another."""

from __future__ import annotations

import re
import unicodedata

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WIDE_CHARACTER = re.compile(f"([{_WIDE}])")
_WORD = re.compile(r"\w+")
_ACCENT = re.compile("[\u0300-\u036f]+")
_LAST = 4000
_MOST = 64

# Words that nearly every English question has. In other languages the index's own weights do it.
_COMMON = frozenset(
    _WORD.findall(
        "a about am an and any are as at be been but by can could did do does for from had "
        "has have he hello hey hi her him his how i if in is it its just know me my no not of "
        "ok okay on or our please say she should so some tell than thank thanks that the "
        "their them then there these they this those to us was we well were what when where "
        "which who whom whose why will with would yes you your"
    )
)


def searchable(text: str) -> str:
    """Write a text for the index: Chinese, Japanese and Korean characters are words of their own.

    Example:
        >>> searchable("a東京")
        'a 東  京 '
    """
    # NUL would end the text for the database.
    return _WIDE_CHARACTER.sub(r" \1 ", text.replace("\0", " "))


def folded_words(text: str) -> str:
    """Write a text as its words alone: in lower case, without accents, with spaces between.

    Example:
        >>> folded_words("Die Bäckerei, um 9")
        'die backerei um 9'
    """
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", text))
    words = _WORD.findall(searchable(unicodedata.normalize("NFC", plain)).lower())
    return " ".join(" ".join(words).replace("_", " ").split())


def question_words(text: str) -> list[str]:
    """The words to search for, each once; of a long text those at its end.

    Example:
        >>> question_words("Who keeps the lighthouse?")
        ['keeps', 'lighthouse']
    """
    # Composed, a letter and its accent are one character of a word.
    composed = unicodedata.normalize("NFC", text[-_LAST:])
    words = _WORD.findall(searchable(composed).lower())
    telling = [word for word in words if word not in _COMMON]
    return list(dict.fromkeys(reversed(telling)))[:_MOST][::-1]
