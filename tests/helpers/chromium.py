"""How tests start Chromium."""

from __future__ import annotations

from typing import Final

# Without these, Chromium calls its maker's hosts at every start.
FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
