"""The settings before a text, which generators of sites have: their title is the document's."""

from __future__ import annotations

import re
from typing import Final

_SETTING: Final = re.compile(r"([\w.-]+):(?:[ \t]+(.*))?")
_QUOTED: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
# What YAML has in the place of a text.
_OTHER: Final = ("|", ">", "[", "{", "&", "*", "!")


def front_matter(lines: list[str]) -> tuple[str | None, list[str]]:
    r"""Return the title that the front matter has, and the lines behind it.

    It is a block between two lines ``---`` at the very beginning, of comments and settings (``NAME:
    VALUE``), whose values may go on in indented lines or in lists. Anything else is text.

    Args:
        lines: The lines of the file.

    Example:
        >>> front_matter(["---", "title: Opening hours", "---", "At ten."])
        ('Opening hours', ['At ten.'])
        >>> front_matter(["---", "A text between lines.", "---"])[0] is None
        True
    """
    if not lines or lines[0].rstrip() != "---":
        return None, lines
    title = None
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in {"---", "..."}:
            return title, lines[number + 1 :]
        setting = _SETTING.fullmatch(line.rstrip())
        if setting:
            if setting[1] == "title":
                title = _text(setting[2] or "")
        elif line.strip() and not line.startswith((" ", "\t", "#", "- ")):
            break
    return None, lines


def _text(value: str) -> str | None:
    """Return the text of a value; None for one of another form, or an empty one."""
    quoted = _QUOTED.match(value)
    if quoted:
        if _COMMENT.sub("", value[quoted.end() :]).strip():
            return None
        double = re.sub(r"\\(.)", r"\1", quoted[1] or "")
        return double or (quoted[2] or "").replace("''", "'") or None
    return None if value.startswith(_OTHER) else _COMMENT.sub("", value).strip() or None
