"""Search queries: words, and a vector if there is an embedder."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QueryVector:
    """The vector of a query's text.

    Attributes:
        embedder: Name of the embedder; vectors of two embedders can't be compared.
        values: The vector at length one, as :func:`~julep_server.search.vectors.pack` writes it.
        unrelated: The highest cosine between vectors of unrelated texts, which differs widely
            between embedders: a text that is no nearer does not match.
    """

    embedder: str
    values: bytes = field(repr=False)
    unrelated: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The words and the vector to search for.

    Attributes:
        text: The text whose words are searched for.
        vector: The text's vector; None searches by words alone.
    """

    text: str
    vector: QueryVector | None = None
