"""Changes of the contract that have landed, and the files that were then changed by hand.

Each is made again in the contract of today, under another name: the list that is printed then must
name the files. Files that the change itself brought, such as a new page, are left out.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

from tests.generated.helpers.edit import Change, Document, operations


class Landed(NamedTuple):
    """A change, and the files of the commit that followed it.

    Attributes:
        again: Makes a change like it.
        files: The files that were changed by hand, and that the list must name.
        unnamed: Those that no list could name, since the change did not make them necessary.
    """

    name: str
    again: Change
    files: tuple[str, ...]
    unnamed: tuple[str, ...] = ()


def _filter(document: Document) -> None:
    new = {"name": "team_id", "in": "query", "schema": {"type": "string", "format": "uuid"}}
    document["paths"]["/sessions"]["get"]["parameters"].append(new)


def _copied(path: str, method: str, copied: str, name: str) -> Change:
    def change(document: Document) -> None:
        item, verb = path, method
        found = copy.deepcopy(document["paths"][item][verb])
        document["paths"].setdefault(copied, {})[verb] = {**found, "operationId": name}

    return change


def _archive_and_labels(document: Document) -> None:
    _copied(
        "/sessions/{session_id}/fork", "post", "/sessions/{session_id}/archive", "ArchiveSession"
    )(document)
    labels = {"type": "array", "items": {"type": "string"}}
    schemas = document["components"]["schemas"]
    for name in ("Session", "CreateSessionRequest", "UpdateSessionRequest", "PatchSessionRequest"):
        schemas[name]["properties"]["labels"] = labels


def _pages(document: Document) -> None:
    for node in operations(document):
        if {"$ref": "#/components/parameters/WithTotal"} in node.get("parameters", ()):
            new = {"name": "with_pages", "in": "query", "schema": {"type": "boolean"}}
            node["parameters"].append(new)


def _pinned_and_reindex(document: Document) -> None:
    sessions = document["paths"]["/sessions"]["get"]
    sessions["parameters"].append({"name": "pinned", "in": "query", "schema": {"type": "boolean"}})
    schemas = document["components"]["schemas"]
    for name in ("Session", "CreateSessionRequest", "UpdateSessionRequest", "PatchSessionRequest"):
        schemas[name]["properties"]["pinned"] = {"type": "boolean"}
    path = "/agents/{agent_id}/docs/{doc_id}"
    found = copy.deepcopy(document["paths"][path]["get"])
    document["paths"][f"{path}/reindex"] = {"post": {**found, "operationId": "ReindexAgentDoc"}}


def _sorted_by_id(document: Document) -> None:
    document["components"]["parameters"]["SortBy"]["schema"]["enum"].append("id")


def _always_a_summary(document: Document) -> None:
    document["components"]["schemas"]["Session"]["required"].append("summary")


def _no_fork(document: Document) -> None:
    del document["paths"]["/sessions/{session_id}/fork"]


LANDED = (
    Landed(
        "a filter of a list",
        _filter,
        (
            "src/julep/managers/session_lists.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/resources/resource_handlers.py",
            "src/julep_server/resources/sessions.py",
            "src/julep_server/store/paging.py",
            "tests/contract/corrections.yaml",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_sessions.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
    ),
    Landed(
        "an operation beside chats",
        _copied(
            "/sessions/{session_id}/chat",
            "delete",
            "/sessions/{session_id}/chat/tools",
            "CancelTools",
        ),
        (
            "docs/server/deviations.md",
            "docs/streams.md",
            "src/julep/managers/chat.py",
            "src/julep_server/chat/turn.py",
            "src/julep_server/resources/chat.py",
            "src/julep_server/streaming/runs.py",
            "tests/README.md",
            "tests/contract/corrections.yaml",
            "tests/generated/test_package.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_public_names.py",
            "tests/sdk/test_surface.py",
            "tests/server/test_json_and_contract.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
        ("tests/server/helpers/endpoint.py",),
    ),
    Landed(
        "an operation of docs",
        _copied(
            "/agents/{agent_id}/docs/{doc_id}",
            "put",
            "/agents/{agent_id}/docs/{doc_id}/text",
            "UpdateDocText",
        ),
        (
            "docs/server/deviations.md",
            "src/julep/managers/doc.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/representations.py",
            "src/julep_server/resources/docs.py",
            "src/julep_server/store/docs.py",
            "tests/README.md",
            "tests/contract/corrections.yaml",
            "tests/generated/test_package.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_docs.py",
            "tests/sdk/test_operation_coverage.py",
            "tests/sdk/test_public_names.py",
            "tests/server/test_documents.py",
            "tests/server/test_json_and_contract.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
        ("docs/explanations.md",),
    ),
    Landed(
        "an operation of memories",
        _copied(
            "/agents/{agent_id}/memories",
            "post",
            "/agents/{agent_id}/memories/batch",
            "CreateMemories",
        ),
        (
            "docs/server/deviations.md",
            "docs/server/memories.md",
            "src/julep/managers/_literals.py",
            "src/julep/managers/memory.py",
            "src/julep/managers/types.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/representations.py",
            "src/julep_server/resources/memories.py",
            "src/julep_server/store/memories.py",
            "src/julep_server/store/times.py",
            "tests/README.md",
            "tests/contract/corrections.yaml",
            "tests/generated/test_package.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_memories.py",
            "tests/sdk/test_public_names.py",
            "tests/server/test_json_and_contract.py",
            "tests/server/test_memories.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
        ("src/julep/_arguments/wording.py",),
    ),
    Landed(
        "a parameter of all lists",
        _pages,
        (
            "docs/server/deviations.md",
            "src/julep/managers/agent_lists.py",
            "src/julep/managers/base.py",
            "src/julep/managers/doc_lists.py",
            "src/julep/managers/history.py",
            "src/julep/managers/memory.py",
            "src/julep/managers/session_lists.py",
            "src/julep/managers/tool.py",
            "src/julep/managers/user.py",
            "src/julep_server/call.py",
            "src/julep_server/resources/docs.py",
            "src/julep_server/resources/memories.py",
            "src/julep_server/resources/messages.py",
            "src/julep_server/resources/resource_handlers.py",
            "src/julep_server/resources/tools.py",
            "src/julep_server/store/docs.py",
            "src/julep_server/store/memories.py",
            "src/julep_server/store/messages.py",
            "src/julep_server/store/paging.py",
            "src/julep_server/store/resources.py",
            "src/julep_server/store/tools.py",
            "tests/contract/corrections.yaml",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_agents.py",
            "tests/sdk/test_docs.py",
            "tests/sdk/test_memories.py",
            "tests/sdk/test_sessions.py",
            "tests/sdk/test_surface.py",
            "tests/sdk/test_tools.py",
            "tests/sdk/test_users.py",
            "tests/server/test_pagination.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
    ),
    Landed(
        "an operation of sessions, and a property of requests and responses",
        _archive_and_labels,
        (
            "src/julep/managers/history.py",
            "src/julep/managers/session.py",
            "src/julep/managers/types.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/representations.py",
            "src/julep_server/resources/sessions.py",
            "src/julep_server/store/resources.py",
            "src/julep_server/store/sessions.py",
            "tests/contract/corrections.yaml",
            "tests/gate/helpers/resources.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_public_names.py",
            "tests/sdk/test_sessions.py",
            "tests/sdk/test_surface.py",
            "tests/server/test_resources.py",
            "tests/server/test_summaries.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
        ("tests/gate/helpers/edits.py",),
    ),
    # Followed by hand from the list alone, and then thrown away.
    Landed(
        "a flag of sessions with its filter, and an operation of docs",
        _pinned_and_reindex,
        (
            "src/julep/managers/doc.py",
            "src/julep/managers/session.py",
            "src/julep/managers/session_lists.py",
            "src/julep/managers/types.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/representations.py",
            "src/julep_server/resources/docs.py",
            "src/julep_server/resources/sessions.py",
            "src/julep_server/store/paging.py",
            "src/julep_server/store/sessions.py",
            "tests/contract/corrections.yaml",
            "tests/gate/exceptions.toml",
            "tests/generated/test_package.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_docs.py",
            "tests/sdk/test_sessions.py",
            "tests/server/test_backups.py",
            "tests/server/test_documents.py",
            "tests/server/test_json_and_contract.py",
            "tests/server/test_resources.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
    ),
    # Every file that names what would be gone, as a search for it finds them.
    Landed(
        "an operation of sessions is gone",
        _no_fork,
        (
            "docs/changes/+fork.added.md",
            "docs/guide.md",
            "src/julep/managers/history.py",
            "src/julep_server/resources/sessions.py",
            "src/julep_server/store/sessions.py",
            "tests/contract/corrections.yaml",
            "tests/generated/test_package.py",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/test_public_names.py",
            "tests/sdk/test_sessions.py",
            "tests/server/test_json_and_contract.py",
            "tests/typing/async_client.py",
            "tests/typing/sync_client.py",
        ),
    ),
    # Followed by hand from the list alone, and then thrown away.
    Landed(
        "a value of requests that lists are sorted by",
        _sorted_by_id,
        (
            "docs/server/deviations.md",
            "src/julep/managers/_literals.py",
            "src/julep/managers/agent_lists.py",
            "src/julep/managers/doc_lists.py",
            "src/julep/managers/session_lists.py",
            "src/julep/managers/user.py",
            "src/julep_server/db/tables.py",
            "src/julep_server/store/paging.py",
            "tests/contract/corrections.yaml",
            "tests/sdk/helpers/calls.py",
            "tests/sdk/helpers/resources.py",
            "tests/sdk/test_docs.py",
            "tests/server/test_backups.py",
            "tests/server/test_pagination.py",
            "tests/typing/refused.py",
        ),
    ),
    Landed(
        "a property that responses always have",
        _always_a_summary,
        (
            "docs/explanations.md",
            "docs/server/jobs.md",
            "scripts/generator/config.yaml",
            "src/julep_server/db/tables.py",
            "src/julep_server/openai_api/pinned_sessions.py",
            "src/julep_server/prompt/builder.py",
            "src/julep_server/representations.py",
            "src/julep_server/resources/messages.py",
            "src/julep_server/resources/sessions.py",
            "src/julep_server/store/sessions.py",
            "tests/contract/corrections.yaml",
            "tests/sdk/test_sessions.py",
            "tests/server/test_backups.py",
            "tests/server/test_resources.py",
            "tests/server/test_summaries.py",
            "tests/typing/sync_client.py",
        ),
    ),
)
