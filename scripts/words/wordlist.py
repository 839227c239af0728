"""The words that are not used here, each with what is written instead.

A space in a pattern stands for any white space, a line's end and a comment's mark included. Case
does not count. A word that is wrong in some contexts only has a pattern with its context.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Word(NamedTuple):
    """A pattern that must not be found, and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


def _word(pattern: str, instead: str) -> Word:
    return Word(re.compile(pattern.replace(" ", r"(?:\s|#|\*)+"), re.IGNORECASE), instead)


KINDS = "(?:client|manager|stream|side|transport|method|call|request|one)s?"

OPENINGS = _word(r"(?:Give|Tell|Say)s?\b", "Return, Report, Raise, Build, Check, Parse, Send …")
"""How no docstring begins."""

PROSE = (
    _word(r"\bwhat came of\b", "the result of, the outcome of"),
    _word(r"\b(?<!what\s)(?:came|come) of it\b", "the result"),
    _word(r"\bwhoever\b", "a noun: the caller, a program that …"),
    _word(r"\b(?:nobody|no one) says otherwise\b", "by default"),
    _word(r"\bon a bad day\b", "when something fails"),
    # "It does not have to be" is another thing.
    _word(r"(?<!not\s)(?<!n't\s)\b(?:has|have) to be\b", "must be"),
    _word(r"\b(?-i:dear(?:er|est)?\b(?! [A-Z]))", "expensive, slow"),
    _word(r"\bcolours?\b", "sync and async, the kind of client"),
    _word(
        r"\b(?:both|each|either|every|its|this|that|two|same|right|wrong|other) colors?\b",
        "sync and async, the kind of client",
    ),
    # Code may block, and so may sockets; a client is sync.
    _word(rf"\b(?<!non-)blocking (?:{KINDS}|or async|or await|and async|and await)", "sync"),
    _word(r"(?:, |\[|[\"'])blocking(?:[.,;:)\]\"']|$)", "sync"),
    _word(rf"\b{KINDS} (?:that|which) blocks?\b(?! (?:the|on|until|for|while|all)\b)", "sync"),
    _word(rf"\b{KINDS} (?:that|which) (?:is|are) awaited\b", "async"),
    _word(rf"\bawaited {KINDS}\b", "async"),
    _word(r"(?:, |\[|[\"'])awaited(?:[.,;:)\]\"']|$)", "async"),
    _word(r"\bdid not come of\b", "failed"),
    _word(r"\bloses and doubles\b", "skips and repeats"),
    _word(r"\bends the whole\b", "is raised"),
    _word(r"\bwhilst\b", "while"),
    _word(r"\bamongst\b", "among"),
)
"""What neither documents nor comments, docstrings and messages say."""

NAMES = (
    _word(r"\w*colour\w*", "sync, async, kind"),
    _word(r"\w*whoever\w*", "a noun"),
    _word(r"\w*(?<!non)_blocking\w*|^blocking_\w*|\w*(?-i:Blocking(?!IO)[A-Z])\w*", "sync"),
)
"""What no identifier of Python contains."""
