"""All models, enums and named types of the contract, each imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .agent import Agent as Agent
    from .agent_default_settings import AgentDefaultSettings as AgentDefaultSettings
    from .agent_default_settings_preset import (
        AgentDefaultSettingsPreset as AgentDefaultSettingsPreset,
    )
    from .agent_instructions import AgentInstructions as AgentInstructions
    from .agent_metadata import AgentMetadata as AgentMetadata
    from .cancel_chat_response import CancelChatResponse as CancelChatResponse
    from .chat_input import ChatInput as ChatInput
    from .chat_input_data import ChatInputData as ChatInputData
    from .chat_input_data_tool_choice import ChatInputDataToolChoice as ChatInputDataToolChoice
    from .chat_ml_image_content_part import ChatMlImageContentPart as ChatMlImageContentPart
    from .chat_ml_image_content_part_image_url import (
        ChatMlImageContentPartImageUrl as ChatMlImageContentPartImageUrl,
    )
    from .chat_ml_image_content_part_image_url_detail import (
        ChatMlImageContentPartImageUrlDetail as ChatMlImageContentPartImageUrlDetail,
    )
    from .chat_ml_image_content_part_type import (
        ChatMlImageContentPartType as ChatMlImageContentPartType,
    )
    from .chat_ml_message import ChatMlMessage as ChatMlMessage
    from .chat_ml_message_content import ChatMlMessageContent as ChatMlMessageContent
    from .chat_ml_message_content_item import ChatMlMessageContentItem as ChatMlMessageContentItem
    from .chat_ml_message_role import ChatMlMessageRole as ChatMlMessageRole
    from .chat_ml_text_content_part import ChatMlTextContentPart as ChatMlTextContentPart
    from .chat_ml_text_content_part_type import (
        ChatMlTextContentPartType as ChatMlTextContentPartType,
    )
    from .chat_response import ChatResponse as ChatResponse
    from .chat_response_chunk import ChatResponseChunk as ChatResponseChunk
    from .chat_response_chunk_finish_reason import (
        ChatResponseChunkFinishReason as ChatResponseChunkFinishReason,
    )
    from .chat_response_delta import ChatResponseDelta as ChatResponseDelta
    from .chat_response_delta_role import ChatResponseDeltaRole as ChatResponseDeltaRole
    from .chat_response_finish_reason import ChatResponseFinishReason as ChatResponseFinishReason
    from .chat_settings import ChatSettings as ChatSettings
    from .chat_settings_preset import ChatSettingsPreset as ChatSettingsPreset
    from .chat_settings_response_format import (
        ChatSettingsResponseFormat as ChatSettingsResponseFormat,
    )
    from .chat_settings_response_format_schema import (
        ChatSettingsResponseFormatSchema as ChatSettingsResponseFormatSchema,
    )
    from .chat_settings_response_format_type import (
        ChatSettingsResponseFormatType as ChatSettingsResponseFormatType,
    )
    from .chat_settings_stop import ChatSettingsStop as ChatSettingsStop
    from .completion_usage import CompletionUsage as CompletionUsage
    from .create_agent_request import CreateAgentRequest as CreateAgentRequest
    from .create_agent_request_instructions import (
        CreateAgentRequestInstructions as CreateAgentRequestInstructions,
    )
    from .create_agent_request_metadata import (
        CreateAgentRequestMetadata as CreateAgentRequestMetadata,
    )
    from .create_doc import CreateDoc as CreateDoc
    from .create_doc_content import CreateDocContent as CreateDocContent
    from .create_doc_metadata import CreateDocMetadata as CreateDocMetadata
    from .create_memory_request import CreateMemoryRequest as CreateMemoryRequest
    from .create_memory_request_entities_item import (
        CreateMemoryRequestEntitiesItem as CreateMemoryRequestEntitiesItem,
    )
    from .create_memory_request_type import CreateMemoryRequestType as CreateMemoryRequestType
    from .create_session_request import CreateSessionRequest as CreateSessionRequest
    from .create_session_request_metadata import (
        CreateSessionRequestMetadata as CreateSessionRequestMetadata,
    )
    from .create_tool_request import CreateToolRequest as CreateToolRequest
    from .create_tool_request_type import CreateToolRequestType as CreateToolRequestType
    from .create_user_request import CreateUserRequest as CreateUserRequest
    from .create_user_request_metadata import CreateUserRequestMetadata as CreateUserRequestMetadata
    from .doc import Doc as Doc
    from .doc_content import DocContent as DocContent
    from .doc_ids import DocIds as DocIds
    from .doc_match import DocMatch as DocMatch
    from .doc_match_left_out import DocMatchLeftOut as DocMatchLeftOut
    from .doc_metadata import DocMetadata as DocMetadata
    from .error import Error as Error
    from .error_detail import ErrorDetail as ErrorDetail
    from .error_info import ErrorInfo as ErrorInfo
    from .explanation import Explanation as Explanation
    from .fork_session_request import ForkSessionRequest as ForkSessionRequest
    from .function_call_option import FunctionCallOption as FunctionCallOption
    from .function_def import FunctionDef as FunctionDef
    from .function_parameters import FunctionParameters as FunctionParameters
    from .get_agent_docs_request_order import GetAgentDocsRequestOrder as GetAgentDocsRequestOrder
    from .get_agent_docs_request_sort_by import (
        GetAgentDocsRequestSortBy as GetAgentDocsRequestSortBy,
    )
    from .get_agent_docs_response import GetAgentDocsResponse as GetAgentDocsResponse
    from .get_agent_memories_response import GetAgentMemoriesResponse as GetAgentMemoriesResponse
    from .get_agent_tools_response import GetAgentToolsResponse as GetAgentToolsResponse
    from .get_history_response import GetHistoryResponse as GetHistoryResponse
    from .get_suggestions_response import GetSuggestionsResponse as GetSuggestionsResponse
    from .get_user_docs_request_order import GetUserDocsRequestOrder as GetUserDocsRequestOrder
    from .get_user_docs_request_sort_by import GetUserDocsRequestSortBy as GetUserDocsRequestSortBy
    from .get_user_docs_response import GetUserDocsResponse as GetUserDocsResponse
    from .input_chat_ml_message import InputChatMlMessage as InputChatMlMessage
    from .input_chat_ml_message_content import (
        InputChatMlMessageContent as InputChatMlMessageContent,
    )
    from .input_chat_ml_message_content_item import (
        InputChatMlMessageContentItem as InputChatMlMessageContentItem,
    )
    from .input_chat_ml_message_role import InputChatMlMessageRole as InputChatMlMessageRole
    from .job_status import JobStatus as JobStatus
    from .job_status_state import JobStatusState as JobStatusState
    from .list_agents_request_order import ListAgentsRequestOrder as ListAgentsRequestOrder
    from .list_agents_request_sort_by import ListAgentsRequestSortBy as ListAgentsRequestSortBy
    from .list_agents_response import ListAgentsResponse as ListAgentsResponse
    from .list_sessions_request_order import ListSessionsRequestOrder as ListSessionsRequestOrder
    from .list_sessions_request_sort_by import (
        ListSessionsRequestSortBy as ListSessionsRequestSortBy,
    )
    from .list_sessions_response import ListSessionsResponse as ListSessionsResponse
    from .list_users_request_order import ListUsersRequestOrder as ListUsersRequestOrder
    from .list_users_request_sort_by import ListUsersRequestSortBy as ListUsersRequestSortBy
    from .list_users_response import ListUsersResponse as ListUsersResponse
    from .memory import Memory as Memory
    from .memory_access_options import MemoryAccessOptions as MemoryAccessOptions
    from .memory_entities_item import MemoryEntitiesItem as MemoryEntitiesItem
    from .memory_match import MemoryMatch as MemoryMatch
    from .memory_match_left_out import MemoryMatchLeftOut as MemoryMatchLeftOut
    from .memory_type import MemoryType as MemoryType
    from .named_tool_choice import NamedToolChoice as NamedToolChoice
    from .named_tool_choice_function import NamedToolChoiceFunction as NamedToolChoiceFunction
    from .named_tool_choice_type import NamedToolChoiceType as NamedToolChoiceType
    from .partial_function_def import PartialFunctionDef as PartialFunctionDef
    from .patch_agent_request import PatchAgentRequest as PatchAgentRequest
    from .patch_agent_request_instructions import (
        PatchAgentRequestInstructions as PatchAgentRequestInstructions,
    )
    from .patch_agent_request_metadata import PatchAgentRequestMetadata as PatchAgentRequestMetadata
    from .patch_doc_request import PatchDocRequest as PatchDocRequest
    from .patch_doc_request_content import PatchDocRequestContent as PatchDocRequestContent
    from .patch_doc_request_metadata import PatchDocRequestMetadata as PatchDocRequestMetadata
    from .patch_memory_request import PatchMemoryRequest as PatchMemoryRequest
    from .patch_memory_request_entities_item import (
        PatchMemoryRequestEntitiesItem as PatchMemoryRequestEntitiesItem,
    )
    from .patch_memory_request_type import PatchMemoryRequestType as PatchMemoryRequestType
    from .patch_session_request import PatchSessionRequest as PatchSessionRequest
    from .patch_session_request_metadata import (
        PatchSessionRequestMetadata as PatchSessionRequestMetadata,
    )
    from .patch_tool_request import PatchToolRequest as PatchToolRequest
    from .patch_user_request import PatchUserRequest as PatchUserRequest
    from .patch_user_request_metadata import PatchUserRequestMetadata as PatchUserRequestMetadata
    from .prompt_part import PromptPart as PromptPart
    from .prompt_part_kind import PromptPartKind as PromptPartKind
    from .prompt_part_left_out import PromptPartLeftOut as PromptPartLeftOut
    from .prompt_part_role import PromptPartRole as PromptPartRole
    from .rendered_chat import RenderedChat as RenderedChat
    from .rendered_chat_request import RenderedChatRequest as RenderedChatRequest
    from .resource_created_response import ResourceCreatedResponse as ResourceCreatedResponse
    from .resource_deleted_response import ResourceDeletedResponse as ResourceDeletedResponse
    from .resource_updated_response import ResourceUpdatedResponse as ResourceUpdatedResponse
    from .search_docs_response import SearchDocsResponse as SearchDocsResponse
    from .session import Session as Session
    from .session_metadata import SessionMetadata as SessionMetadata
    from .suggestion import Suggestion as Suggestion
    from .suggestion_target import SuggestionTarget as SuggestionTarget
    from .tool import Tool as Tool
    from .tool_choice_option import ToolChoiceOption as ToolChoiceOption
    from .tool_choice_option_mode import ToolChoiceOptionMode as ToolChoiceOptionMode
    from .tool_type import ToolType as ToolType
    from .update_agent_request import UpdateAgentRequest as UpdateAgentRequest
    from .update_agent_request_instructions import (
        UpdateAgentRequestInstructions as UpdateAgentRequestInstructions,
    )
    from .update_agent_request_metadata import (
        UpdateAgentRequestMetadata as UpdateAgentRequestMetadata,
    )
    from .update_doc_request import UpdateDocRequest as UpdateDocRequest
    from .update_doc_request_content import UpdateDocRequestContent as UpdateDocRequestContent
    from .update_doc_request_metadata import UpdateDocRequestMetadata as UpdateDocRequestMetadata
    from .update_memory_request import UpdateMemoryRequest as UpdateMemoryRequest
    from .update_memory_request_entities_item import (
        UpdateMemoryRequestEntitiesItem as UpdateMemoryRequestEntitiesItem,
    )
    from .update_memory_request_type import UpdateMemoryRequestType as UpdateMemoryRequestType
    from .update_session_request import UpdateSessionRequest as UpdateSessionRequest
    from .update_session_request_metadata import (
        UpdateSessionRequestMetadata as UpdateSessionRequestMetadata,
    )
    from .update_tool_request import UpdateToolRequest as UpdateToolRequest
    from .update_user_request import UpdateUserRequest as UpdateUserRequest
    from .update_user_request_metadata import UpdateUserRequestMetadata as UpdateUserRequestMetadata
    from .user import User as User
    from .user_metadata import UserMetadata as UserMetadata

__all__ = [
    "Agent",
    "AgentDefaultSettings",
    "AgentDefaultSettingsPreset",
    "AgentInstructions",
    "AgentMetadata",
    "CancelChatResponse",
    "ChatInput",
    "ChatInputData",
    "ChatInputDataToolChoice",
    "ChatMlImageContentPart",
    "ChatMlImageContentPartImageUrl",
    "ChatMlImageContentPartImageUrlDetail",
    "ChatMlImageContentPartType",
    "ChatMlMessage",
    "ChatMlMessageContent",
    "ChatMlMessageContentItem",
    "ChatMlMessageRole",
    "ChatMlTextContentPart",
    "ChatMlTextContentPartType",
    "ChatResponse",
    "ChatResponseChunk",
    "ChatResponseChunkFinishReason",
    "ChatResponseDelta",
    "ChatResponseDeltaRole",
    "ChatResponseFinishReason",
    "ChatSettings",
    "ChatSettingsPreset",
    "ChatSettingsResponseFormat",
    "ChatSettingsResponseFormatSchema",
    "ChatSettingsResponseFormatType",
    "ChatSettingsStop",
    "CompletionUsage",
    "CreateAgentRequest",
    "CreateAgentRequestInstructions",
    "CreateAgentRequestMetadata",
    "CreateDoc",
    "CreateDocContent",
    "CreateDocMetadata",
    "CreateMemoryRequest",
    "CreateMemoryRequestEntitiesItem",
    "CreateMemoryRequestType",
    "CreateSessionRequest",
    "CreateSessionRequestMetadata",
    "CreateToolRequest",
    "CreateToolRequestType",
    "CreateUserRequest",
    "CreateUserRequestMetadata",
    "Doc",
    "DocContent",
    "DocIds",
    "DocMatch",
    "DocMatchLeftOut",
    "DocMetadata",
    "Error",
    "ErrorDetail",
    "ErrorInfo",
    "Explanation",
    "ForkSessionRequest",
    "FunctionCallOption",
    "FunctionDef",
    "FunctionParameters",
    "GetAgentDocsRequestOrder",
    "GetAgentDocsRequestSortBy",
    "GetAgentDocsResponse",
    "GetAgentMemoriesResponse",
    "GetAgentToolsResponse",
    "GetHistoryResponse",
    "GetSuggestionsResponse",
    "GetUserDocsRequestOrder",
    "GetUserDocsRequestSortBy",
    "GetUserDocsResponse",
    "InputChatMlMessage",
    "InputChatMlMessageContent",
    "InputChatMlMessageContentItem",
    "InputChatMlMessageRole",
    "JobStatus",
    "JobStatusState",
    "ListAgentsRequestOrder",
    "ListAgentsRequestSortBy",
    "ListAgentsResponse",
    "ListSessionsRequestOrder",
    "ListSessionsRequestSortBy",
    "ListSessionsResponse",
    "ListUsersRequestOrder",
    "ListUsersRequestSortBy",
    "ListUsersResponse",
    "Memory",
    "MemoryAccessOptions",
    "MemoryEntitiesItem",
    "MemoryMatch",
    "MemoryMatchLeftOut",
    "MemoryType",
    "NamedToolChoice",
    "NamedToolChoiceFunction",
    "NamedToolChoiceType",
    "PartialFunctionDef",
    "PatchAgentRequest",
    "PatchAgentRequestInstructions",
    "PatchAgentRequestMetadata",
    "PatchDocRequest",
    "PatchDocRequestContent",
    "PatchDocRequestMetadata",
    "PatchMemoryRequest",
    "PatchMemoryRequestEntitiesItem",
    "PatchMemoryRequestType",
    "PatchSessionRequest",
    "PatchSessionRequestMetadata",
    "PatchToolRequest",
    "PatchUserRequest",
    "PatchUserRequestMetadata",
    "PromptPart",
    "PromptPartKind",
    "PromptPartLeftOut",
    "PromptPartRole",
    "RenderedChat",
    "RenderedChatRequest",
    "ResourceCreatedResponse",
    "ResourceDeletedResponse",
    "ResourceUpdatedResponse",
    "SearchDocsResponse",
    "Session",
    "SessionMetadata",
    "Suggestion",
    "SuggestionTarget",
    "Tool",
    "ToolChoiceOption",
    "ToolChoiceOptionMode",
    "ToolType",
    "UpdateAgentRequest",
    "UpdateAgentRequestInstructions",
    "UpdateAgentRequestMetadata",
    "UpdateDocRequest",
    "UpdateDocRequestContent",
    "UpdateDocRequestMetadata",
    "UpdateMemoryRequest",
    "UpdateMemoryRequestEntitiesItem",
    "UpdateMemoryRequestType",
    "UpdateSessionRequest",
    "UpdateSessionRequestMetadata",
    "UpdateToolRequest",
    "UpdateUserRequest",
    "UpdateUserRequestMetadata",
    "User",
    "UserMetadata",
]

_MODULES: Final = {
    "Agent": "agent",
    "AgentDefaultSettings": "agent_default_settings",
    "AgentDefaultSettingsPreset": "agent_default_settings_preset",
    "AgentInstructions": "agent_instructions",
    "AgentMetadata": "agent_metadata",
    "CancelChatResponse": "cancel_chat_response",
    "ChatInput": "chat_input",
    "ChatInputData": "chat_input_data",
    "ChatInputDataToolChoice": "chat_input_data_tool_choice",
    "ChatMlImageContentPart": "chat_ml_image_content_part",
    "ChatMlImageContentPartImageUrl": "chat_ml_image_content_part_image_url",
    "ChatMlImageContentPartImageUrlDetail": "chat_ml_image_content_part_image_url_detail",
    "ChatMlImageContentPartType": "chat_ml_image_content_part_type",
    "ChatMlMessage": "chat_ml_message",
    "ChatMlMessageContent": "chat_ml_message_content",
    "ChatMlMessageContentItem": "chat_ml_message_content_item",
    "ChatMlMessageRole": "chat_ml_message_role",
    "ChatMlTextContentPart": "chat_ml_text_content_part",
    "ChatMlTextContentPartType": "chat_ml_text_content_part_type",
    "ChatResponse": "chat_response",
    "ChatResponseChunk": "chat_response_chunk",
    "ChatResponseChunkFinishReason": "chat_response_chunk_finish_reason",
    "ChatResponseDelta": "chat_response_delta",
    "ChatResponseDeltaRole": "chat_response_delta_role",
    "ChatResponseFinishReason": "chat_response_finish_reason",
    "ChatSettings": "chat_settings",
    "ChatSettingsPreset": "chat_settings_preset",
    "ChatSettingsResponseFormat": "chat_settings_response_format",
    "ChatSettingsResponseFormatSchema": "chat_settings_response_format_schema",
    "ChatSettingsResponseFormatType": "chat_settings_response_format_type",
    "ChatSettingsStop": "chat_settings_stop",
    "CompletionUsage": "completion_usage",
    "CreateAgentRequest": "create_agent_request",
    "CreateAgentRequestInstructions": "create_agent_request_instructions",
    "CreateAgentRequestMetadata": "create_agent_request_metadata",
    "CreateDoc": "create_doc",
    "CreateDocContent": "create_doc_content",
    "CreateDocMetadata": "create_doc_metadata",
    "CreateMemoryRequest": "create_memory_request",
    "CreateMemoryRequestEntitiesItem": "create_memory_request_entities_item",
    "CreateMemoryRequestType": "create_memory_request_type",
    "CreateSessionRequest": "create_session_request",
    "CreateSessionRequestMetadata": "create_session_request_metadata",
    "CreateToolRequest": "create_tool_request",
    "CreateToolRequestType": "create_tool_request_type",
    "CreateUserRequest": "create_user_request",
    "CreateUserRequestMetadata": "create_user_request_metadata",
    "Doc": "doc",
    "DocContent": "doc_content",
    "DocIds": "doc_ids",
    "DocMatch": "doc_match",
    "DocMatchLeftOut": "doc_match_left_out",
    "DocMetadata": "doc_metadata",
    "Error": "error",
    "ErrorDetail": "error_detail",
    "ErrorInfo": "error_info",
    "Explanation": "explanation",
    "ForkSessionRequest": "fork_session_request",
    "FunctionCallOption": "function_call_option",
    "FunctionDef": "function_def",
    "FunctionParameters": "function_parameters",
    "GetAgentDocsRequestOrder": "get_agent_docs_request_order",
    "GetAgentDocsRequestSortBy": "get_agent_docs_request_sort_by",
    "GetAgentDocsResponse": "get_agent_docs_response",
    "GetAgentMemoriesResponse": "get_agent_memories_response",
    "GetAgentToolsResponse": "get_agent_tools_response",
    "GetHistoryResponse": "get_history_response",
    "GetSuggestionsResponse": "get_suggestions_response",
    "GetUserDocsRequestOrder": "get_user_docs_request_order",
    "GetUserDocsRequestSortBy": "get_user_docs_request_sort_by",
    "GetUserDocsResponse": "get_user_docs_response",
    "InputChatMlMessage": "input_chat_ml_message",
    "InputChatMlMessageContent": "input_chat_ml_message_content",
    "InputChatMlMessageContentItem": "input_chat_ml_message_content_item",
    "InputChatMlMessageRole": "input_chat_ml_message_role",
    "JobStatus": "job_status",
    "JobStatusState": "job_status_state",
    "ListAgentsRequestOrder": "list_agents_request_order",
    "ListAgentsRequestSortBy": "list_agents_request_sort_by",
    "ListAgentsResponse": "list_agents_response",
    "ListSessionsRequestOrder": "list_sessions_request_order",
    "ListSessionsRequestSortBy": "list_sessions_request_sort_by",
    "ListSessionsResponse": "list_sessions_response",
    "ListUsersRequestOrder": "list_users_request_order",
    "ListUsersRequestSortBy": "list_users_request_sort_by",
    "ListUsersResponse": "list_users_response",
    "Memory": "memory",
    "MemoryAccessOptions": "memory_access_options",
    "MemoryEntitiesItem": "memory_entities_item",
    "MemoryMatch": "memory_match",
    "MemoryMatchLeftOut": "memory_match_left_out",
    "MemoryType": "memory_type",
    "NamedToolChoice": "named_tool_choice",
    "NamedToolChoiceFunction": "named_tool_choice_function",
    "NamedToolChoiceType": "named_tool_choice_type",
    "PartialFunctionDef": "partial_function_def",
    "PatchAgentRequest": "patch_agent_request",
    "PatchAgentRequestInstructions": "patch_agent_request_instructions",
    "PatchAgentRequestMetadata": "patch_agent_request_metadata",
    "PatchDocRequest": "patch_doc_request",
    "PatchDocRequestContent": "patch_doc_request_content",
    "PatchDocRequestMetadata": "patch_doc_request_metadata",
    "PatchMemoryRequest": "patch_memory_request",
    "PatchMemoryRequestEntitiesItem": "patch_memory_request_entities_item",
    "PatchMemoryRequestType": "patch_memory_request_type",
    "PatchSessionRequest": "patch_session_request",
    "PatchSessionRequestMetadata": "patch_session_request_metadata",
    "PatchToolRequest": "patch_tool_request",
    "PatchUserRequest": "patch_user_request",
    "PatchUserRequestMetadata": "patch_user_request_metadata",
    "PromptPart": "prompt_part",
    "PromptPartKind": "prompt_part_kind",
    "PromptPartLeftOut": "prompt_part_left_out",
    "PromptPartRole": "prompt_part_role",
    "RenderedChat": "rendered_chat",
    "RenderedChatRequest": "rendered_chat_request",
    "ResourceCreatedResponse": "resource_created_response",
    "ResourceDeletedResponse": "resource_deleted_response",
    "ResourceUpdatedResponse": "resource_updated_response",
    "SearchDocsResponse": "search_docs_response",
    "Session": "session",
    "SessionMetadata": "session_metadata",
    "Suggestion": "suggestion",
    "SuggestionTarget": "suggestion_target",
    "Tool": "tool",
    "ToolChoiceOption": "tool_choice_option",
    "ToolChoiceOptionMode": "tool_choice_option_mode",
    "ToolType": "tool_type",
    "UpdateAgentRequest": "update_agent_request",
    "UpdateAgentRequestInstructions": "update_agent_request_instructions",
    "UpdateAgentRequestMetadata": "update_agent_request_metadata",
    "UpdateDocRequest": "update_doc_request",
    "UpdateDocRequestContent": "update_doc_request_content",
    "UpdateDocRequestMetadata": "update_doc_request_metadata",
    "UpdateMemoryRequest": "update_memory_request",
    "UpdateMemoryRequestEntitiesItem": "update_memory_request_entities_item",
    "UpdateMemoryRequestType": "update_memory_request_type",
    "UpdateSessionRequest": "update_session_request",
    "UpdateSessionRequestMetadata": "update_session_request_metadata",
    "UpdateToolRequest": "update_tool_request",
    "UpdateUserRequest": "update_user_request",
    "UpdateUserRequestMetadata": "update_user_request_metadata",
    "User": "user",
    "UserMetadata": "user_metadata",
}

if not TYPE_CHECKING:  # a type checker would accept any name

    def __getattr__(name: str) -> object:
        module = _MODULES.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{module}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
