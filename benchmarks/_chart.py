"""One chart of the ratios, as SVG; it needs no package."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

WIDTH, LABELS, ROW = 760, 300, 20
FULL = 1.5  # the ratio at the right edge


class Measured(Protocol):
    """What the chart shows of a line of the table."""

    @property
    def section(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def ratio(self) -> float: ...
    @property
    def target(self) -> float | None: ...


def chart(lines: Iterable[Measured], where: str) -> str:
    """Draw a bar for each line that has an aim; raw httpx is 1."""
    shown = [line for line in lines if line.target is not None]
    height = ROW * len(shown) + 60
    bottom = height - 24
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="18">What julep takes, where raw httpx (or json) takes 1. {escape(where)}.'
        " Black marks: the aims.</text>",
    ]
    for number, line in enumerate(shown):
        top = 30 + ROW * number
        good = line.target is None or line.ratio <= line.target
        drawn += [
            f'<text x="{LABELS - 8}" y="{top + 13}" text-anchor="end">'
            f"{escape(f'{line.section}: {line.what}')}</text>",
            f'<rect x="{LABELS}" y="{top + 3}" width="{_x(line.ratio) - LABELS:.1f}" height="13"'
            f' fill="{"#3b7dd8" if good else "#d8663b"}"/>',
            f'<text x="{_x(line.ratio) + 4:.1f}" y="{top + 13}">{line.ratio:.2f}</text>',
            f'<rect x="{_x(line.target or 0) - 1:.1f}" y="{top + 1}" width="2" height="17"/>',
        ]
    drawn += [
        f'<line x1="{_x(1):.1f}" x2="{_x(1):.1f}" y1="28" y2="{bottom}" stroke="#888"'
        ' stroke-dasharray="3 3"/>',
        f'<text x="{_x(1):.1f}" y="{bottom + 14}" text-anchor="middle" fill="#555">1 = raw httpx</text>',
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _x(ratio: float) -> float:
    return LABELS + (WIDTH - LABELS - 40) * min(ratio, FULL) / FULL
