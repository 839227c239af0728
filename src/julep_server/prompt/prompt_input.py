"""The input of a prompt besides messages: records of the session, and recalled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject
from julep_server.search.index import SearchHit
from julep_server.store.agents import Agent
from julep_server.store.memories import Memory
from julep_server.store.sessions import Session
from julep_server.store.users import User


@dataclass(frozen=True, slots=True)
class RecalledDoc:
    """A recalled chunk of a document.

    Attributes:
        of_user: Whether the document belongs to the user; otherwise it belongs to the agent.
    """

    doc_id: str
    of_user: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """Recalled documents and memories, the nearest first.

    Attributes:
        doc_hits: The chunks of documents that match. Those that were left out are among them, if
            the request wants an explanation.
        memory_hits: The same of memories.
    """

    docs: Sequence[RecalledDoc] = ()
    memories: Sequence[Memory] = ()
    doc_hits: Sequence[SearchHit] = ()
    memory_hits: Sequence[SearchHit] = ()

    def doc_ids(self) -> JSONObject:
        """Return the documents' ids by kind of owner, each once."""
        of_agent = dict.fromkeys(doc.doc_id for doc in self.docs if not doc.of_user)
        of_user = dict.fromkeys(doc.doc_id for doc in self.docs if doc.of_user)
        return {"agent_doc_ids": list[JSON](of_agent), "user_doc_ids": list[JSON](of_user)}


NOTHING_RECALLED = Recalled()


@dataclass(frozen=True, slots=True)
class PromptInput:
    """A session with its agent and user, and what was recalled for the prompt."""

    session: Session
    agent: Agent
    user: User | None
    recalled: Recalled = NOTHING_RECALLED
