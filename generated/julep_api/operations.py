"""A table of the contract's operations, for code that iterates over them."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["OPERATIONS", "Operation"]


class Operation(NamedTuple):
    """One operation.

    Attributes:
        id: Its operationId, such as ``GetSession``.
        method: Its HTTP method, in upper case.
        path: Its path's template, such as ``/sessions/{session_id}``.
        tag: The tag that it belongs to, such as ``sessions``.
        module: The module that builds its calls, such as ``julep_api.api.sessions.get_session``.
    """

    id: str
    method: str
    path: str
    tag: str
    module: str


OPERATIONS: Final[dict[str, Operation]] = {
    "CancelChat": Operation(
        "CancelChat",
        "DELETE",
        "/sessions/{session_id}/chat",
        "sessions",
        "julep_api.api.sessions.cancel_chat",
    ),
    "Chat": Operation(
        "Chat", "POST", "/sessions/{session_id}/chat", "sessions", "julep_api.api.sessions.chat"
    ),
    "CreateAgent": Operation(
        "CreateAgent", "POST", "/agents", "agents", "julep_api.api.agents.create_agent"
    ),
    "CreateAgentDoc": Operation(
        "CreateAgentDoc",
        "POST",
        "/agents/{agent_id}/docs",
        "docs",
        "julep_api.api.docs.create_agent_doc",
    ),
    "CreateAgentMemory": Operation(
        "CreateAgentMemory",
        "POST",
        "/agents/{agent_id}/memories",
        "memories",
        "julep_api.api.memories.create_agent_memory",
    ),
    "CreateAgentTool": Operation(
        "CreateAgentTool",
        "POST",
        "/agents/{agent_id}/tools",
        "tools",
        "julep_api.api.tools.create_agent_tool",
    ),
    "CreateSession": Operation(
        "CreateSession", "POST", "/sessions", "sessions", "julep_api.api.sessions.create_session"
    ),
    "CreateUser": Operation(
        "CreateUser", "POST", "/users", "users", "julep_api.api.users.create_user"
    ),
    "CreateUserDoc": Operation(
        "CreateUserDoc",
        "POST",
        "/users/{user_id}/docs",
        "docs",
        "julep_api.api.docs.create_user_doc",
    ),
    "DeleteAgent": Operation(
        "DeleteAgent", "DELETE", "/agents/{agent_id}", "agents", "julep_api.api.agents.delete_agent"
    ),
    "DeleteAgentDoc": Operation(
        "DeleteAgentDoc",
        "DELETE",
        "/agents/{agent_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.delete_agent_doc",
    ),
    "DeleteAgentMemory": Operation(
        "DeleteAgentMemory",
        "DELETE",
        "/agents/{agent_id}/memories/{memory_id}",
        "memories",
        "julep_api.api.memories.delete_agent_memory",
    ),
    "DeleteAgentTool": Operation(
        "DeleteAgentTool",
        "DELETE",
        "/agents/{agent_id}/tools/{tool_id}",
        "tools",
        "julep_api.api.tools.delete_agent_tool",
    ),
    "DeleteSession": Operation(
        "DeleteSession",
        "DELETE",
        "/sessions/{session_id}",
        "sessions",
        "julep_api.api.sessions.delete_session",
    ),
    "DeleteSessionHistory": Operation(
        "DeleteSessionHistory",
        "DELETE",
        "/sessions/{session_id}/history",
        "sessions",
        "julep_api.api.sessions.delete_session_history",
    ),
    "DeleteUser": Operation(
        "DeleteUser", "DELETE", "/users/{user_id}", "users", "julep_api.api.users.delete_user"
    ),
    "DeleteUserDoc": Operation(
        "DeleteUserDoc",
        "DELETE",
        "/users/{user_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.delete_user_doc",
    ),
    "ForkSession": Operation(
        "ForkSession",
        "POST",
        "/sessions/{session_id}/fork",
        "sessions",
        "julep_api.api.sessions.fork_session",
    ),
    "GetAgent": Operation(
        "GetAgent", "GET", "/agents/{agent_id}", "agents", "julep_api.api.agents.get_agent"
    ),
    "GetAgentDoc": Operation(
        "GetAgentDoc",
        "GET",
        "/agents/{agent_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.get_agent_doc",
    ),
    "GetAgentDocs": Operation(
        "GetAgentDocs",
        "GET",
        "/agents/{agent_id}/docs",
        "docs",
        "julep_api.api.docs.get_agent_docs",
    ),
    "GetAgentMemories": Operation(
        "GetAgentMemories",
        "GET",
        "/agents/{agent_id}/memories",
        "memories",
        "julep_api.api.memories.get_agent_memories",
    ),
    "GetAgentTools": Operation(
        "GetAgentTools",
        "GET",
        "/agents/{agent_id}/tools",
        "tools",
        "julep_api.api.tools.get_agent_tools",
    ),
    "GetHistory": Operation(
        "GetHistory",
        "GET",
        "/sessions/{session_id}/history",
        "sessions",
        "julep_api.api.sessions.get_history",
    ),
    "GetJobStatus": Operation(
        "GetJobStatus", "GET", "/jobs/{job_id}", "jobs", "julep_api.api.jobs.get_job_status"
    ),
    "GetSession": Operation(
        "GetSession",
        "GET",
        "/sessions/{session_id}",
        "sessions",
        "julep_api.api.sessions.get_session",
    ),
    "GetSuggestions": Operation(
        "GetSuggestions",
        "GET",
        "/sessions/{session_id}/suggestions",
        "sessions",
        "julep_api.api.sessions.get_suggestions",
    ),
    "GetUser": Operation(
        "GetUser", "GET", "/users/{user_id}", "users", "julep_api.api.users.get_user"
    ),
    "GetUserDoc": Operation(
        "GetUserDoc",
        "GET",
        "/users/{user_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.get_user_doc",
    ),
    "GetUserDocs": Operation(
        "GetUserDocs", "GET", "/users/{user_id}/docs", "docs", "julep_api.api.docs.get_user_docs"
    ),
    "ListAgents": Operation(
        "ListAgents", "GET", "/agents", "agents", "julep_api.api.agents.list_agents"
    ),
    "ListSessions": Operation(
        "ListSessions", "GET", "/sessions", "sessions", "julep_api.api.sessions.list_sessions"
    ),
    "ListUsers": Operation("ListUsers", "GET", "/users", "users", "julep_api.api.users.list_users"),
    "PatchAgent": Operation(
        "PatchAgent", "PATCH", "/agents/{agent_id}", "agents", "julep_api.api.agents.patch_agent"
    ),
    "PatchAgentDoc": Operation(
        "PatchAgentDoc",
        "PATCH",
        "/agents/{agent_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.patch_agent_doc",
    ),
    "PatchAgentMemory": Operation(
        "PatchAgentMemory",
        "PATCH",
        "/agents/{agent_id}/memories/{memory_id}",
        "memories",
        "julep_api.api.memories.patch_agent_memory",
    ),
    "PatchAgentTool": Operation(
        "PatchAgentTool",
        "PATCH",
        "/agents/{agent_id}/tools/{tool_id}",
        "tools",
        "julep_api.api.tools.patch_agent_tool",
    ),
    "PatchSession": Operation(
        "PatchSession",
        "PATCH",
        "/sessions/{session_id}",
        "sessions",
        "julep_api.api.sessions.patch_session",
    ),
    "PatchUser": Operation(
        "PatchUser", "PATCH", "/users/{user_id}", "users", "julep_api.api.users.patch_user"
    ),
    "PatchUserDoc": Operation(
        "PatchUserDoc",
        "PATCH",
        "/users/{user_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.patch_user_doc",
    ),
    "RenderChat": Operation(
        "RenderChat",
        "POST",
        "/sessions/{session_id}/render",
        "sessions",
        "julep_api.api.sessions.render_chat",
    ),
    "SearchDocs": Operation(
        "SearchDocs", "GET", "/docs/search", "docs", "julep_api.api.docs.search_docs"
    ),
    "UpdateAgent": Operation(
        "UpdateAgent", "PUT", "/agents/{agent_id}", "agents", "julep_api.api.agents.update_agent"
    ),
    "UpdateAgentDoc": Operation(
        "UpdateAgentDoc",
        "PUT",
        "/agents/{agent_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.update_agent_doc",
    ),
    "UpdateAgentMemory": Operation(
        "UpdateAgentMemory",
        "PUT",
        "/agents/{agent_id}/memories/{memory_id}",
        "memories",
        "julep_api.api.memories.update_agent_memory",
    ),
    "UpdateAgentTool": Operation(
        "UpdateAgentTool",
        "PUT",
        "/agents/{agent_id}/tools/{tool_id}",
        "tools",
        "julep_api.api.tools.update_agent_tool",
    ),
    "UpdateSession": Operation(
        "UpdateSession",
        "PUT",
        "/sessions/{session_id}",
        "sessions",
        "julep_api.api.sessions.update_session",
    ),
    "UpdateUser": Operation(
        "UpdateUser", "PUT", "/users/{user_id}", "users", "julep_api.api.users.update_user"
    ),
    "UpdateUserDoc": Operation(
        "UpdateUserDoc",
        "PUT",
        "/users/{user_id}/docs/{doc_id}",
        "docs",
        "julep_api.api.docs.update_user_doc",
    ),
}
