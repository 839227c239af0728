"""Operations as the templates have them."""

from __future__ import annotations

from typing import NamedTuple

import emit
from media import BodyView
from shape import Shape

_JSON = "application/json"


class ParameterView(NamedTuple):
    """One parameter of an operation."""

    wire: str
    name: str
    shape: Shape
    required: bool
    doc: str
    style: str
    """How its value becomes text, as an expression; empty for the usual way."""

    @property
    def annotation(self) -> str:
        """The argument's type."""
        text = emit.argument(self.shape)
        return text if self.required else f"{text} | None | Unset"


class AnswerView(NamedTuple):
    """One documented success.

    Attributes:
        status: Its status, or range of statuses.
        types: For each content type, JSON first: its name, the type of its value, its reader. The
            name is empty if there is no content.
        several: Whether the contract has several types, so that the one that comes is looked at.
    """

    status: str
    types: tuple[tuple[str, str, str], ...]
    several: bool = False

    def of(self, kind: str) -> AnswerView:
        """Return the same success of one content type; unchanged if it has no such."""
        found = tuple(one for one in self.types if one[0] == kind)
        return self._replace(types=found or self.types)

    @property
    def annotation(self) -> str:
        """The type of its value."""
        return emit.either(one for _, one, _ in self.types)

    @property
    def reader(self) -> str:
        """The expression of its reader."""
        if not self.several:
            return self.types[0][2]
        return f"media.response({{{', '.join(f'{kind!r}: {one}' for kind, _, one in self.types)}}})"


class OperationView(NamedTuple):
    """One operation."""

    id: str
    name: str
    package: str
    tag: str
    method: str
    path: str
    url: str
    summary: str
    doc: str
    path_parameters: tuple[ParameterView, ...]
    query: tuple[ParameterView, ...]
    headers: tuple[ParameterView, ...]
    cookies: tuple[ParameterView, ...]
    body: BodyView | None
    answers: tuple[AnswerView, ...]
    event: str
    event_reader: str
    functions: tuple[emit.ReaderFunction, ...]
    models: tuple[tuple[str, str], ...]
    enums: tuple[tuple[str, str], ...]
    deprecated: str
    """The warning about its use; empty if it is not deprecated."""

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.name

    @property
    def result(self) -> str:
        """The type of the call's result."""
        return emit.either(answer.annotation for answer in self.answers)

    @property
    def accept(self) -> str:
        """The header that requests the content types, the first preferred; empty for JSON alone."""
        kinds = [kind for answer in self.answers for kind, _, _ in answer.types if kind]
        first, *rest = dict.fromkeys(kinds or [_JSON])
        return (
            ""
            if [first, *rest] == [_JSON]
            else ", ".join([first, *(f"{one};q=0.9" for one in rest)])
        )

    @property
    def choices(self) -> list[tuple[str, tuple[AnswerView, ...], str]]:
        """Each content type of responses that have several, with what comes then, and its type."""
        several = [answer for answer in self.answers if answer.several]
        found: list[tuple[str, tuple[AnswerView, ...], str]] = []
        for kind in dict.fromkeys(kind for answer in several for kind, _, _ in answer.types):
            answers = tuple(answer.of(kind) for answer in self.answers)
            found.append((kind, answers, emit.either(one.annotation for one in answers)))
        return found
