"""The words of queries and texts, as the database's index sees them."""

from __future__ import annotations

import re
import unicodedata

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WIDE_CHARACTER = re.compile(f"([{_WIDE}])")
_WORD = re.compile(r"\w+")
_ACCENT = re.compile("[\u0300-\u036f]+")
_MAX_QUERY_LENGTH = 4000
_MAX_QUERY_WORDS = 64

# Stop words of English queries. In other languages, the ranking's weights have the same effect.
_STOP_WORDS = frozenset(
    _WORD.findall(
        "a about am an and any are as at be been but by can could did do does for from had "
        "has have he hello hey hi her him his how i if in is it its just know me my no not of "
        "ok okay on or our please say she should so some tell than thank thanks that the "
        "their them then there these they this those to us was we well were what when where "
        "which who whom whose why will with would yes you your"
    )
)


def searchable(text: str) -> str:
    """Prepare a text for the index: Chinese, Japanese and Korean characters become single words.

    Example:
        >>> searchable("a東京")
        'a 東  京 '
    """
    # For the database, NUL would end the text.
    return _WIDE_CHARACTER.sub(r" \1 ", text.replace("\0", " "))


def folded_words(text: str) -> str:
    """Return a text's words in lower case, without accents, separated by spaces.

    Example:
        >>> folded_words("Die Bäckerei, um 9")
        'die backerei um 9'
    """
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", text))
    words = _WORD.findall(searchable(unicodedata.normalize("NFC", plain)).lower())
    return " ".join(" ".join(words).replace("_", " ").split())


def query_words(text: str) -> list[str]:
    """Return the words to search for, each once; for a long text, those at its end.

    Example:
        >>> query_words("Who keeps the lighthouse?")
        ['keeps', 'lighthouse']
    """
    # Composed, so that a letter with its accent is one character of a word.
    composed = unicodedata.normalize("NFC", text[-_MAX_QUERY_LENGTH:])
    # Underscores separate words, and are none: the databases differ in what they make of them.
    words = _WORD.findall(searchable(composed).lower().replace("_", " "))
    distinctive = [word for word in words if word not in _STOP_WORDS]
    return list(dict.fromkeys(reversed(distinctive)))[:_MAX_QUERY_WORDS][::-1]
