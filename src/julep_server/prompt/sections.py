"""The sections of a prompt's system message that follow the situation."""

from __future__ import annotations

import re
from typing import NamedTuple

from julep_server.prompt.history import active_summary
from julep_server.prompt.prompt_input import PromptInput

_BLANK_LINES = re.compile(r"\n\s*\n\s*")


class Section(NamedTuple):
    """A section of the system message.

    Attributes:
        kind: What it is, by its name in an explanation.
        source_id: The document or memory that it shows, if it shows one.
    """

    kind: str
    text: str
    source_id: str | None = None


def background_sections(source: PromptInput) -> list[Section]:
    """Return the sections about the agent and the user, what was recalled, and the summary."""
    agent, user = source.agent, source.user
    sections = [Section("agent", _about("agent", agent.name, agent.about))]
    if user is not None:
        sections.append(Section("user", _about("user", user.name, user.about)))
    if agent.instructions:
        lines = ["Instructions:", *(f"- {text}" for text in agent.instructions)]
        sections.append(Section("instructions", "\n".join(lines)))
    # Each is a section of its own: small models lose track within a long one.
    sections += [
        Section("document", f"From the document {doc.title}: {doc.text}", doc.doc_id)
        for doc in source.recalled.docs
    ]
    if user is not None:
        remembered = f"Remembered of the user {user.name}: "
        sections += [
            Section("memory", remembered + without_blank_lines(memory.content), memory.id)
            for memory in source.recalled.memories
        ]
    if summary := active_summary(source.session):
        text = f"Summary of what was said before: {without_blank_lines(summary)}"
        sections.append(Section("summary", text))
    return sections


def without_blank_lines(text: str) -> str:
    """Remove blank lines, which separate sections."""
    return _BLANK_LINES.sub("\n", text)


def _about(kind: str, name: str, about: str) -> str:
    return f"About the {kind} {name}: {about}" if about else f"The {kind}'s name is {name}."
