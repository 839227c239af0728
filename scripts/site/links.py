"""Links of pages, as the site has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from scripts.site.places import HOME, ROOT, on_github

_LINK: Final = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_FENCE: Final = re.compile(r"^( *)(```+|~~~+).*?^\1\2\s*$", re.MULTILINE | re.DOTALL)
_OWN: Final = re.compile(
    r"https://(?:github\.com/julep-ai/python-sdk/(?:blob|tree)|raw\.githubusercontent\.com/"
    r"julep-ai/python-sdk)/main/"
)
_PICTURES: Final = {".svg", ".png"}


def outside_of_code(text: str, change: Callable[[str], str]) -> str:
    """Return a text in which everything but blocks of code is changed."""
    parts: list[str] = []
    end = 0
    for match in _FENCE.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def with_links(
    text: str, source: Path, target: str, pages: Mapping[Path, str], pictures: set[Path]
) -> str:
    """Return a page whose links lead to pages of the site, or else to GitHub.

    The pictures that it shows are added to the set.
    """

    def replaced(match: re.Match[str]) -> str:
        link = match[1]
        if _OWN.match(link):
            path, _, anchor = _OWN.sub("", link).partition("#")
            file = ROOT / path
        elif "://" in link or link.startswith(("#", "mailto:")):
            return link
        else:
            path, _, anchor = link.partition("#")
            file = (source.parent / path).resolve()
        suffix = f"#{anchor}" if anchor else ""
        if file in pages:
            return _relative(pages[file], target) + suffix
        if file.suffix in _PICTURES:
            pictures.add(file)
            return _relative(picture_target(file), target)
        return on_github(file) + suffix if file.exists() else f"{HOME}{suffix}"

    return outside_of_code(text, lambda part: _LINK.sub(replaced, part))


def picture_target(file: Path) -> str:
    """Return the path of a picture on the site."""
    return "pictures/" + file.name


def _relative(path: str, target: str) -> str:
    return os.path.relpath(path, os.path.dirname(target) or ".")  # noqa: PTH120  # both are relative
