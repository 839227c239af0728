"""The sections of a prompt's system message that follow the situation."""

from __future__ import annotations

import re

from julep_server.prompt.history import active_summary
from julep_server.prompt.prompt_input import PromptInput

_BLANK_LINES = re.compile(r"\n\s*\n\s*")


def background_sections(source: PromptInput) -> list[str]:
    """Return the sections about the agent and the user, what was recalled, and the summary."""
    agent, user = source.agent, source.user
    sections = [_about("agent", agent.name, agent.about)]
    if user is not None:
        sections.append(_about("user", user.name, user.about))
    if agent.instructions:
        sections.append("\n".join(["Instructions:", *(f"- {text}" for text in agent.instructions)]))
    # Each is a section of its own: small models lose track within a long one.
    sections += [f"From the document {doc.title}: {doc.text}" for doc in source.recalled.docs]
    if user is not None:
        sections += [
            f"Remembered of the user {user.name}: {without_blank_lines(memory.content)}"
            for memory in source.recalled.memories
        ]
    if summary := active_summary(source.session):
        sections.append(f"Summary of what was said before: {without_blank_lines(summary)}")
    return sections


def without_blank_lines(text: str) -> str:
    """Remove blank lines, which separate sections."""
    return _BLANK_LINES.sub("\n", text)


def _about(kind: str, name: str, about: str) -> str:
    return f"About the {kind} {name}: {about}" if about else f"The {kind}'s name is {name}."
