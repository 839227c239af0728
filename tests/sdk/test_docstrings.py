"""Docstrings of tool functions, in the styles that programs are written in."""

from __future__ import annotations

import textwrap

import pytest

from julep._tools.docstrings import parse_docstring

GOOGLE = """
Book a room.

It is held for a day.

Args:
    place (str, optional): Where
        to stay.
    nights (Callable[[int], str]): How many: one or more.

    *names: Who stays.
    **more: Note: anything.

Note:
    Only small rooms.

Returns:
    Nothing.
"""

NUMPY = """
Book a room.

It is held for a day.

Parameters
----------
place : str, optional
    Where
    to stay.
nights
    How many: one or more.

Other Parameters
----------------
names, more : list
    Who stays.

Notes
-----
Only small rooms.
"""

SPHINX = """
Book a room.

It is held for a day.

:param str place: Where
    to stay.
:type place: str
:param nights: How many: one or more.
:returns: Nothing.
"""


def test_the_style_of_google() -> None:
    about, parameters = parse_docstring(GOOGLE)
    assert about == (
        "Book a room.\n\nIt is held for a day.\n\n"
        "Note:\n    Only small rooms.\n\nReturns:\n    Nothing."
    )
    assert parameters == {
        "place": "Where to stay.",
        "nights": "How many: one or more.",
        "names": "Who stays.",
        "more": "Note: anything.",
    }


def test_the_style_of_numpy() -> None:
    about, parameters = parse_docstring(NUMPY)
    assert about == ("Book a room.\n\nIt is held for a day.\n\nNotes\n-----\nOnly small rooms.")
    assert parameters == {
        "place": "Where to stay.",
        "nights": "How many: one or more.",
        "names": "Who stays.",
        "more": "Who stays.",
    }


def test_the_style_of_sphinx() -> None:
    about, parameters = parse_docstring(SPHINX)
    assert about == "Book a room.\n\nIt is held for a day.\n\n:returns: Nothing."
    assert parameters == {"place": "Where to stay.", "nights": "How many: one or more."}


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX])
def test_the_indentation_of_the_whole_does_not_matter(docstring: str) -> None:
    indented = textwrap.indent(docstring, "    ")
    assert parse_docstring(indented)[1] == parse_docstring(docstring)[1]


@pytest.mark.parametrize(
    ("docstring", "about", "parameters"),
    [
        ("", "", {}),
        ("One line.", "One line.", {}),
        ("Args:\n    a: First.\n\nMore.", "More.", {"a": "First."}),
        ("Do.\n\nArgs:\n    a:\n        First.\n    b:", "Do.", {"a": "First."}),
        ("Do.\n\nArguments:\n  a : First.", "Do.", {"a": "First."}),
        ("Do.\n\nKeyword Args:\n  a: First.", "Do.", {"a": "First."}),
        ("Do.\n\n@param a: First.", "Do.", {"a": "First."}),
        ("Do.\n\nParameters:\n\ta: First.", "Do.", {"a": "First."}),
        ("Do.\n\nParameters\n==========\na: int\n    First.", "Do.", {"a": "First."}),
        ("Do: this.\n\nExample:\n    >>> do()", "Do: this.\n\nExample:\n    >>> do()", {}),
    ],
)
def test_other_docstrings(docstring: str, about: str, parameters: dict[str, str]) -> None:
    assert parse_docstring(docstring) == (about, parameters)
