"""The site for language models: a list of its pages (llmstxt.org), and all of them in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.site.outline import Nav

_ABOUT = (
    "Julep is a typed Python SDK, sync and async, for agents with long-term memory, and a server"
    " for your own machine. Every page of its documentation is here as Markdown."
)


def index(nav: Nav, pages: Mapping[str, str]) -> str:
    """Return llms.txt: the sections, with a link to each page as Markdown."""
    lines = ["# Julep", "", f"> {_ABOUT}"]
    for section in nav:
        for title, inner in section.items():
            lines += ["", f"## {title}", ""]
            lines += [
                f"- [{name}]({path}): {_first_sentence(pages[path])}" for name, path in _flat(inner)
            ]
    return "\n".join(lines) + "\n"


def full(nav: Nav, pages: Mapping[str, str]) -> str:
    """Return llms-full.txt: all pages, in the order of the navigation."""
    paths = [path for section in nav for inner in section.values() for _, path in _flat(inner)]
    return "\n\n".join(f"<!-- {path} -->\n\n{pages[path].strip()}" for path in paths) + "\n"


def _flat(inner: str | Nav, title: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(inner, str):
        yield title, inner
        return
    for entry in inner:
        for name, further in entry.items():
            yield from _flat(further, name)


def _first_sentence(page: str) -> str:
    """Return the first sentence of the text below the title."""
    for block in page.split("\n\n")[1:]:
        if block[:1].isalpha() or block[:1] == "`":
            # Links of the page lead elsewhere from here.
            text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", " ".join(block.split()))
            return text.partition(". ")[0].rstrip(".:") + "."
    return page.partition("\n")[0].lstrip("# ") + "."
