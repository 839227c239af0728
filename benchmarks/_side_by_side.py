"""Measure several cases in turns, so that a noisy machine affects all of them alike.

Each round runs every case once, in random order; a case's ratio is the median of its rounds' ratios
to the baseline of the same round. Times are CPU times.
"""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from time import process_time
from typing import NamedTuple, TypeAlias

Cases: TypeAlias = Mapping[str, Callable[[], object]]
AsyncCases: TypeAlias = Mapping[str, Callable[[], Awaitable[object]]]


class Row(NamedTuple):
    """The result of one case.

    Attributes:
        name: The case.
        microseconds: The median time of one run.
        ratio: The median of its ratios to the baseline, which is the first case.
    """

    name: str
    microseconds: float
    ratio: float


def compare(cases: Cases, *, rounds: int = 25, seconds: float = 0.02) -> list[Row]:
    """Measure cases against the first of them.

    Args:
        cases: The functions to run, by name.
        rounds: Measurements of each.
        seconds: The approximate time of one measurement; 0 for a single run.
    """
    pin()
    times = {name: _times(run, seconds) for name, run in cases.items()}
    found: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            found[name].append(seconds_of(cases[name], times[name]))
    return rows_of(found)


async def acompare(cases: AsyncCases, *, rounds: int = 25, seconds: float = 0.02) -> list[Row]:
    """Measure async cases against the first of them, as `compare` does."""
    pin()
    times = {name: await _atimes(run, seconds) for name, run in cases.items()}
    found: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            found[name].append(await _async_seconds(cases[name], times[name]))
    return rows_of(found)


def rows_of(found: Mapping[str, list[float]]) -> list[Row]:
    """Build the rows of times that were measured in rounds, the baseline's first."""
    base = next(iter(found.values()))
    return [
        Row(
            name,
            median(seconds) * 1e6,
            median(own / other for own, other in zip(seconds, base, strict=True)),
        )
        for name, seconds in found.items()
    ]


def show(title: str, rows: list[Row]) -> None:
    """Print a table."""
    print(f"{title}\n{'':48}{'µs':>12}{'ratio':>8}")
    for row in rows:
        print(f"  {row.name:46}{row.microseconds:12.2f}{row.ratio:8.2f}")
    print()


def pin() -> None:
    """Stay on one core, if the system supports it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _times(run: Callable[[], object], seconds: float) -> int:
    """Return how many runs take about that time."""
    if not seconds:
        return 1
    run()  # the first run may import
    count = 1
    while (taken := seconds_of(run, count) * count) < seconds / 4:
        count *= 2
    return max(1, round(count * seconds / taken))


def seconds_of(run: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of one run, measured over several."""
    gc.collect()
    start = process_time()
    for _ in range(times):
        run()
    return (process_time() - start) / times


async def _atimes(run: Callable[[], Awaitable[object]], seconds: float) -> int:
    if not seconds:
        return 1
    await run()
    count = 1
    while (taken := await _async_seconds(run, count) * count) < seconds / 4:
        count *= 2
    return max(1, round(count * seconds / taken))


async def _async_seconds(run: Callable[[], Awaitable[object]], times: int) -> float:
    gc.collect()
    start = process_time()
    for _ in range(times):
        await run()
    return (process_time() - start) / times
