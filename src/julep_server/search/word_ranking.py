"""Ranks texts by their words: BM25 over the texts that the caller may see, and no others.

The databases find the texts that contain a word. The weights are computed here, because a
database's own ranking counts every tenant's texts: a word's rarity elsewhere must not show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlalchemy import Connection, case, func, select

from julep_server.db.tables import passages
from julep_server.search.scope_changes import ScopeState
from julep_server.search.word_index import Term, word_index
from julep_server.text.words import query_words

# The usual constants of BM25: the weight of length, and the saturation of repeated words.
_B = 0.75
_K = 1.2


def rank_by_words(
    connection: Connection, scopes: Sequence[str], query: str, depth: int, state: ScopeState
) -> list[tuple[int, float]]:
    """Rank the texts in some scopes by the words that they share with a query.

    A word counts once per text, and once more in its title: texts are short, so that repetitions
    mean little.

    Args:
        connection: A transaction.
        scopes: All scopes that the caller may see.
        query: The query's text.
        depth: The maximum number of texts to rank.
        state: The number and the length of the texts in these scopes.

    Returns:
        The numbers of the texts with their scores, the best first; scores have no absolute meaning.
    """
    words = query_words(query)
    texts, length = state.texts, state.characters / max(state.texts, 1)
    if not words or not texts:
        return []
    index = word_index(connection)
    anywhere = index.hits(scopes, [Term(word, in_title=False) for word in words])
    counts = connection.execute(select(anywhere.c.term, func.count()).group_by(anywhere.c.term))
    rarity = {words[int(row[0])]: _rarity(texts, int(row[1])) for row in counts}
    if not rarity:
        return []
    terms = [Term(word, in_title) for word in rarity for in_title in (False, True)]
    hits = index.hits(scopes, terms)
    weights = {number: rarity[term.word] for number, term in enumerate(terms)}
    weight = func.sum(case(weights, value=hits.c.term))
    score = weight / (1 + _K * (1 - _B) + passages.c.size * (_K * _B / length))
    ranked = (
        select(passages.c.seq, score.label("score"))
        .join(hits, hits.c.seq == passages.c.seq)
        .group_by(passages.c.seq, passages.c.size)
        .order_by(score.desc(), passages.c.seq)
        .limit(depth)
    )
    return [(int(seq), float(score)) for seq, score in connection.execute(ranked)]


def _rarity(texts: int, matches: int) -> float:
    """Return BM25's weight of a word: greater for rare words, and never below zero."""
    return math.log(1 + (texts - matches + 0.5) / (matches + 0.5))
