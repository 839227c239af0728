"""What a chat recalls: the chunks of documents that are nearest to its new messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.json_text import JSON, JSONObject
from julep_server.search.index import INDEX, Found
from julep_server.settings import Settings
from julep_server.store.agents import Agent
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

    def doc_ids(self) -> JSONObject:
        """The documents' ids by kind of owner, each named once."""
        of_agent = dict.fromkeys(doc.doc_id for doc in self.docs if not doc.of_user)
        of_user = dict.fromkeys(doc.doc_id for doc in self.docs if doc.of_user)
        return {"agent_doc_ids": list[JSON](of_agent), "user_doc_ids": list[JSON](of_user)}


NOTHING = Recalled()


def recall(
    connection: Connection, settings: Settings, agent: Agent, user: User | None, messages: JSON
) -> Recalled:
    """Search what this agent and this user have, and nothing else.

    Args:
        connection: A transaction.
        settings: How much is recalled, and how near it must be.
        agent: The session's agent.
        user: The session's user, if there is one.
        messages: The chat's new messages, as they were sent.
    """
    question = said(messages)
    owners = [(agent.id, False)] if user is None else [(agent.id, False), (user.id, True)]
    found = [
        (hit, of_user)
        for owner_id, of_user in owners
        for hit in INDEX.search(connection, [owner_id], question, settings.recall_items)
    ]
    found.sort(key=lambda pair: -pair[0].score)
    near = nearest([hit for hit, _ in found], settings)
    docs = [
        # Within a prompt's section, a blank line would begin another.
        RecalledDoc(hit.source_id, of_user, hit.title, _BLANK_LINES.sub("\n", hit.text))
        for hit, of_user in found[: len(near)]
    ]
    return Recalled(docs)


def nearest(found: Sequence[Found], settings: Settings) -> list[Found]:
    """Those of the texts found, best first, that are not too far behind the best."""
    least = found[0].score * (1 - settings.recall_distance) if found else 0.0
    return [hit for hit in found[: settings.recall_items] if hit.score >= least]


def said(messages: JSON) -> str:
    """The words of messages, without their images."""
    texts: list[str] = []
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        parts = content if isinstance(content, list) else [{"text": content}]
        texts += [str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part]
    return "\n".join(texts)
