"""The pictures of docs/architecture.md; `python -m scripts.site.pictures` draws them anew."""

from __future__ import annotations

from html import escape
from typing import Final

from scripts.site.places import ROOT

# The rows from above: a name, and what it does.
LAYERS: Final = (
    ("Client, AsyncClient", "settings, connections, a property for each manager"),
    ("managers", "public methods: a shared base, a sync and an async class"),
    ("_tools, _arguments", "functions for the model; checked and encoded arguments"),
    ("_calls", "one call: request, attempts, redirects, response, stream, pages"),
    ("_settings, _instrumentation", "checked settings; hooks, log, spans"),
    ("_http", "messages, deadlines, parsers, pools, transports"),
)
STEPS: Final = (
    ("client.sessions.chat(…)", "a manager's method"),
    ("check and encode", "mistakes end here"),
    ("Flow", "decides what is sent"),
    ("Driver", "sync or async"),
    ("Transport", "connects, sends, receives"),
    ("Server", "recall, model, history"),
    ("Flow", "retry, resume, or read it"),
    ("ChatResponse", "a model of the contract"),
)
_STYLE: Final = """<style>
.box{fill:#f3f5f9;stroke:#5b6b8c}.text{fill:#1d2433}.small{fill:#4b5873;font-size:12px}
.line{stroke:#5b6b8c;fill:none}
@media (prefers-color-scheme:dark){.box{fill:#1d2433;stroke:#8fa1c7}.text{fill:#eef2fb}
.small{fill:#b6c2dc}.line{stroke:#8fa1c7}}
</style>"""
_ARROW: Final = (
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto"><path class="line" d="M1 1 7 4 1 7"/></marker></defs>'
)


def layers() -> str:
    """Draw the layers of the SDK: each imports only what is below it."""
    parts = [
        _box(10, 10 + 54 * row, 620, 44, *LAYERS[row], wide=True) for row in range(len(LAYERS))
    ]
    for row in range(len(LAYERS) - 1):
        y = 54 + 54 * row
        parts.append(_line(f"M320 {y}V{y + 9}"))
    return _picture(640, 20 + 54 * len(LAYERS) - 10, "The layers of the SDK, from above", parts)


def call() -> str:
    """Draw the life of a call: down to the server, and back."""
    parts: list[str] = []
    for number, (name, text) in enumerate(STEPS):
        back = number >= 4
        column = 7 - number if back else number
        parts.append(_box(10 + 190 * column, 110 if back else 10, 170, 60, name, text))
    for column in range(3):
        x = 180 + 190 * column
        parts += [_line(f"M{x} 40H{x + 17}"), _line(f"M{x + 20} 140H{x + 3}")]
    parts.append(_line("M665 70V107"))
    # From the decision after a response back to the driver.
    parts.append(_line("M285 110V92H620V73"))
    parts.append(
        '<text class="small" x="450" y="86" text-anchor="middle">again, after a delay</text>'
    )
    return _picture(770, 180, "The life of a call, from a method to its result", parts)


def _box(
    x: int, y: int, width: int, height: int, name: str, text: str, *, wide: bool = False
) -> str:
    box = f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
    if wide:
        return (
            f'{box}\n<text class="text" x="{x + 16}" y="{y + 27}">{escape(name)}</text>\n'
            f'<text class="small" x="{x + 230}" y="{y + 27}">{escape(text)}</text>'
        )
    middle = x + width // 2
    return (
        f'{box}\n<text class="text" x="{middle}" y="{y + 26}" text-anchor="middle">{escape(name)}'
        f'</text>\n<text class="small" x="{middle}" y="{y + 46}" text-anchor="middle">'
        f"{escape(text)}</text>"
    )


def _line(path: str) -> str:
    return f'<path class="line" d="{path}" marker-end="url(#a)"/>'


def _picture(width: int, height: int, title: str, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="14">'
    )
    return "\n".join([head, _STYLE, _ARROW, *parts, "</svg>", ""])


PICTURES: Final = {"layers.svg": layers, "call.svg": call}

if __name__ == "__main__":
    for file, draw in PICTURES.items():
        (ROOT / "docs" / file).write_text(draw(), encoding="utf-8")
