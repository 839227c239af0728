"""The settings before a text, which generators of sites have: their title is the document's."""

from __future__ import annotations

import re
from typing import Final

# A name may have quotes, spaces, and colons before no space, as in YAML.
_SETTING: Final = re.compile(
    r"(?:\"([^\"]*)\"|'([^']*)'|([\w.](?:[\w ./-]|:(?=\S))*))[ \t]*:(?:[ \t]+(.*))?"
)
_QUOTED: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'", re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\n[ \t]*|(.))", re.DOTALL
)
_ESCAPED: Final = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
    **{character: character for character in ' "/\\\t'},
}
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_BLOCK: Final = re.compile(r"[|>][0-9+-]{0,2}")
_PROPERTY: Final = re.compile(r"(?:&\w+|!(?:!\w+)?)(?:\s+|$)")
"""What may stand before a value: the name of an anchor, or a type."""

_OTHER: Final = re.compile(r"\[.*\]|\{.*\}|[\[{][^\]}]*|\*\S+", re.DOTALL)
"""Lists, mappings, and values that stand elsewhere."""

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def front_matter(lines: list[str]) -> tuple[str | None, list[str]]:
    r"""Return the title that the front matter has, and the lines behind it.

    It is a block between two lines ``---`` at the very beginning, of comments and settings (``NAME:
    VALUE``), whose values may go on in indented lines or in lists. Anything else is text. A title
    is what YAML reads, but numbers, dates and such words as ``yes`` are as they are written.

    Args:
        lines: The lines of the file.

    Example:
        >>> front_matter(["---", "title: Opening hours", "---", "At ten."])
        ('Opening hours', ['At ten.'])
        >>> front_matter(["---", "title: null", "---", "At ten."])
        (None, ['At ten.'])
        >>> front_matter(["---", "A text between lines.", "---"])[0] is None
        True
    """
    if not lines or lines[0].rstrip() != "---":
        return None, lines
    title = list[str]()
    is_title = False  # whether the setting that goes on is the title
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in {"---", "..."}:
            return _title(title), lines[number + 1 :]
        setting = _SETTING.fullmatch(line.rstrip())
        if setting:
            is_title = "title" in setting.group(1, 2, 3)
            title = [setting[4] or ""] if is_title else title
        elif not line.strip() or line.startswith((" ", "\t")):
            title += [line] if is_title else []
        elif line.startswith(("#", "- ")) or line.rstrip() == "-":
            is_title = False
        else:
            break
    return None, lines


def _title(lines: list[str]) -> str | None:
    """Return a value as one line; None for an empty one, or one that is no text."""
    head, *more = lines or [""]
    if not _COMMENT.sub("", head).strip():
        more = [line for line in more if line.strip()]
        if more and (_SETTING.fullmatch(more[0].strip()) or more[0].split()[0] == "-"):
            return None  # a mapping or a list
    return " ".join((_text("\n".join(lines).strip()) or "").split()) or None


def _text(value: str) -> str | None:
    while property_ := _PROPERTY.match(value):
        value = value[property_.end() :]
    first, _, rest = value.partition("\n")
    if _BLOCK.fullmatch(_COMMENT.sub("", first).strip()):
        return rest
    quoted = _QUOTED.match(value)
    if quoted:
        if _COMMENT.sub("", value[quoted.end() :]).strip():
            return None
        return _unescaped(quoted[1]) if quoted[1] else (quoted[2] or "").replace("''", "'")
    plain = _COMMENT.sub("", value).strip()
    return None if plain in _NULLS or _OTHER.fullmatch(plain) else plain


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2] or escape[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else escape[0]
    if escape[4] is None:  # the end of a line
        return ""
    return _ESCAPED.get(escape[4], escape[0])
