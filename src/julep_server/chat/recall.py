"""What a chat recalls: the chunks of documents and the memories nearest to its new messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.json_text import JSON, JSONObject
from julep_server.search.index import INDEX
from julep_server.search.question import Question
from julep_server.settings import Settings
from julep_server.store import memories
from julep_server.store.agents import Agent
from julep_server.store.memories import Memory
from julep_server.store.users import User

_BLANK_LINES = re.compile(r"\n\s*\n\s*")


@dataclass(frozen=True, slots=True)
class RecalledDoc:
    """A chunk of a document, and whose it is.

    Attributes:
        of_user: Whether the document is the user's; otherwise it is the agent's.
    """

    doc_id: str
    of_user: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was recalled, the nearest first."""

    docs: Sequence[RecalledDoc] = ()
    memories: Sequence[Memory] = ()

    def doc_ids(self) -> JSONObject:
        """The documents' ids by kind of owner, each named once."""
        of_agent = dict.fromkeys(doc.doc_id for doc in self.docs if not doc.of_user)
        of_user = dict.fromkeys(doc.doc_id for doc in self.docs if doc.of_user)
        return {"agent_doc_ids": list[JSON](of_agent), "user_doc_ids": list[JSON](of_user)}


NOTHING = Recalled()


def recall(
    connection: Connection,
    settings: Settings,
    agent: Agent,
    user: User | None,
    question: Question,
) -> Recalled:
    """Search what this agent and this user have, and nothing else.

    Args:
        connection: A transaction.
        settings: How much is recalled, and how near it must be.
        agent: The session's agent.
        user: The session's user, if there is one.
        question: What the chat's new messages say.
    """
    owners = [agent.id] if user is None else [agent.id, user.id]
    most, distance = settings.recall_items, settings.recall_distance
    found = INDEX.search(connection, owners, question, most, distance)
    docs = [
        RecalledDoc(hit.source_id, hit.scope != agent.id, hit.title, one_section(hit.text))
        for hit in found
    ]
    if user is None:
        return Recalled(docs)
    return Recalled(docs, memories.recall(connection, agent.id, user.id, question, most, distance))


def one_section(text: str) -> str:
    """A text for a section of the prompt, where a blank line would begin another."""
    return _BLANK_LINES.sub("\n", text)


def said(messages: JSON) -> str:
    """The words of messages, without their images."""
    texts: list[str] = []
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        parts = content if isinstance(content, list) else [{"text": content}]
        texts += [str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part]
    return "\n".join(texts)
