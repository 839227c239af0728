"""Merges several rankings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

_SMOOTHING = 60


def fuse_rankings(rankings: Sequence[Sequence[int]]) -> list[tuple[int, float]]:
    """Merge rankings by reciprocal rank fusion: 1 / (60 + rank), summed over the rankings.

    Only ranks count, so that scores of different kinds need not be comparable. The rule and its
    constant are those of Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms
    Condorcet and individual rank learning methods", SIGIR 2009.

    Args:
        rankings: Numbers of texts, the best first; ties are resolved in favour of earlier rankings.

    Returns:
        Each number once with its score, the best first.

    Example:
        >>> [number for number, _ in fuse_rankings([[1, 2], [2, 3]])]
        [2, 1, 3]
    """
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking, start=1):
            scores[number] += 1 / (_SMOOTHING + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])
