"""What is searched for: words, and where there is an embedder, their meaning too."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vector:
    """The meaning of a text, as one embedder has it.

    Attributes:
        embedder: Name of the embedder; vectors of two embedders can't be compared.
        values: The vector at length one, as :func:`~julep_server.search.vectors.pack` writes it.
        unrelated: The cosine that vectors of unrelated texts can have: what is no nearer says
            nothing. Embedders differ widely in it.
    """

    embedder: str
    values: bytes = field(repr=False)
    unrelated: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for.

    Attributes:
        text: The question; its words are looked for.
        vector: Its meaning; None searches by words alone.
    """

    text: str
    vector: Vector | None = None
