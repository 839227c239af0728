"""The names of the kinds of jobs."""

from __future__ import annotations

MEMORIES = "form_memories"
SUGGESTIONS = "make_suggestions"
SUMMARY = "summarise_history"
