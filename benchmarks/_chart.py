"""One chart of the ratios, as SVG; it needs no package."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

WIDTH, LABELS, ROW = 800, 340, 20
FULL = 1.5  # the ratio at the right edge
FONT = 'font-family="system-ui, sans-serif" font-size="12"'
# As the reader's page: texts and marks are dark on light, or light on dark.
STYLE = """<style>
text,.mark{fill:#1d2433}
@media (prefers-color-scheme:dark){text,.mark{fill:#eef2fb}}
</style>"""


class Measured(Protocol):
    """The parts of a table's line that the chart shows."""

    @property
    def section(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def ratio(self) -> float: ...
    @property
    def target(self) -> float | None: ...


def chart(lines: Iterable[Measured], where: str) -> str:
    """Draw a bar for each line that has a target; raw httpx is 1."""
    shown = [line for line in lines if line.target is not None]
    height = ROW * len(shown) + 60
    bottom = height - 24
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        STYLE,
        _text(8, 18, f"Time of julep, relative to raw httpx; upright marks: the targets. {where}."),
    ]
    for number, line in enumerate(shown):
        top = 30 + ROW * number
        color = "#3b7dd8" if line.ratio <= (line.target or 0) else "#d8663b"
        fill = f'fill="{color}"'
        target = _x(line.target or 0)
        drawn += [
            _text(LABELS - 8, top + 13, f"{line.section}: {line.what}", "end"),
            _bar(LABELS, top + 3, _x(line.ratio) - LABELS, 13, fill),
            _text(_after(_x(line.ratio), target) + 6, top + 13, f"{line.ratio:.2f}"),
            _bar(target - 1, top + 1, 2, 17, 'class="mark"'),
        ]
    drawn += [
        _bar(_x(1), 28, 1, bottom - 28, 'fill="#888"'),
        _text(_x(1), bottom + 14, "1 = raw httpx, or json", "middle"),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _bar(x: float, y: float, width: float, height: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" {look}/>'


def _after(end: float, mark: float) -> float:
    """Return where a number may begin: behind the mark, if that would stand in it."""
    return mark if end <= mark < end + 36 else end


def _x(ratio: float) -> float:
    return LABELS + (WIDTH - LABELS - 40) * min(ratio, FULL) / FULL
