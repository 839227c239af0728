"""What a type checker sees of the contract's models, enums and unions. Nothing here is run."""

from __future__ import annotations

from typing import assert_type

from julep import types


def of_models(
    cancel_chat_response: types.CancelChatResponse,
    chat_input: types.ChatInput,
    chat_input_data: types.ChatInputData,
    chat_ml_image_content_part_image_url: types.ChatMlImageContentPartImageUrl,
    chat_response_delta: types.ChatResponseDelta,
    chat_settings: types.ChatSettings,
    chat_settings_response_format: types.ChatSettingsResponseFormat,
    completion_usage: types.CompletionUsage,
    create_agent_request: types.CreateAgentRequest,
    create_memory_request: types.CreateMemoryRequest,
    create_session_request: types.CreateSessionRequest,
    create_tool_request: types.CreateToolRequest,
    create_user_request: types.CreateUserRequest,
    doc_ids: types.DocIds,
    error: types.Error,
    error_info: types.ErrorInfo,
    fork_session_request: types.ForkSessionRequest,
    function_call_option: types.FunctionCallOption,
    function_def: types.FunctionDef,
    get_agent_docs_response: types.GetAgentDocsResponse,
    get_agent_memories_response: types.GetAgentMemoriesResponse,
    get_agent_tools_response: types.GetAgentToolsResponse,
    get_history_response: types.GetHistoryResponse,
    get_suggestions_response: types.GetSuggestionsResponse,
    get_user_docs_response: types.GetUserDocsResponse,
    list_agents_response: types.ListAgentsResponse,
    list_sessions_response: types.ListSessionsResponse,
    list_users_response: types.ListUsersResponse,
    memory_access_options: types.MemoryAccessOptions,
    named_tool_choice: types.NamedToolChoice,
    named_tool_choice_function: types.NamedToolChoiceFunction,
    patch_agent_request: types.PatchAgentRequest,
    patch_doc_request: types.PatchDocRequest,
    patch_memory_request: types.PatchMemoryRequest,
    patch_session_request: types.PatchSessionRequest,
    patch_tool_request: types.PatchToolRequest,
    patch_user_request: types.PatchUserRequest,
    resource_deleted_response: types.ResourceDeletedResponse,
    search_docs_response: types.SearchDocsResponse,
    update_agent_request: types.UpdateAgentRequest,
    update_doc_request: types.UpdateDocRequest,
    update_memory_request: types.UpdateMemoryRequest,
    update_session_request: types.UpdateSessionRequest,
    update_tool_request: types.UpdateToolRequest,
    update_user_request: types.UpdateUserRequest,
) -> None:
    assert_type(cancel_chat_response.cancelled, list[str])
    assert_type(chat_input.messages, list[types.InputChatMlMessage])
    assert_type(chat_input_data.messages, list[types.InputChatMlMessage])
    assert_type(chat_ml_image_content_part_image_url.url, str)
    assert_type(chat_response_delta.role, types.ChatResponseDeltaRole | None)
    assert_type(chat_settings.frequency_penalty, float | None)
    assert_type(chat_settings_response_format.type, types.ChatSettingsResponseFormatType | None)
    assert_type(completion_usage.completion_tokens, int)
    assert_type(create_agent_request.name, str)
    assert_type(create_memory_request.user_id, str)
    assert_type(create_session_request.agent_id, str)
    assert_type(create_tool_request.type, types.CreateToolRequestType)
    assert_type(create_user_request.name, str | None)
    assert_type(doc_ids.agent_doc_ids, list[str])
    assert_type(error.error, types.ErrorInfo)
    assert_type(error_info.message, str)
    assert_type(fork_session_request.message_id, str | None)
    assert_type(function_call_option.name, str)
    assert_type(function_def.name, str)
    assert_type(get_agent_docs_response.items, list[types.Doc])
    assert_type(get_agent_memories_response.items, list[types.Memory])
    assert_type(get_agent_tools_response.items, list[types.Tool])
    assert_type(get_history_response.items, list[types.ChatMlMessage])
    assert_type(get_suggestions_response.items, list[types.Suggestion])
    assert_type(get_user_docs_response.items, list[types.Doc])
    assert_type(list_agents_response.items, list[types.Agent])
    assert_type(list_sessions_response.items, list[types.Session])
    assert_type(list_users_response.items, list[types.User])
    assert_type(memory_access_options.recall, bool | None)
    assert_type(named_tool_choice.function, types.NamedToolChoiceFunction)
    assert_type(named_tool_choice_function.name, str)
    assert_type(patch_agent_request.about, str | None)
    assert_type(patch_doc_request.title, str | None)
    assert_type(patch_memory_request.content, str | None)
    assert_type(patch_session_request.situation, str | None)
    assert_type(patch_tool_request.function, types.PartialFunctionDef)
    assert_type(patch_user_request.about, str | None)
    assert_type(resource_deleted_response.id, str)
    assert_type(search_docs_response.items, list[types.DocMatch])
    assert_type(update_agent_request.about, str)
    assert_type(update_doc_request.title, str)
    assert_type(update_memory_request.content, str)
    assert_type(update_session_request.situation, str)
    assert_type(update_tool_request.function, types.FunctionDef)
    assert_type(update_user_request.about, str)


def of_enums() -> None:
    assert_type(
        types.AgentDefaultSettingsPreset("problem_solving"), types.AgentDefaultSettingsPreset
    )
    assert_type(
        types.ChatMlImageContentPartImageUrlDetail("low"),
        types.ChatMlImageContentPartImageUrlDetail,
    )
    assert_type(types.ChatMlImageContentPartType("image_url"), types.ChatMlImageContentPartType)
    assert_type(types.ChatMlTextContentPartType("text"), types.ChatMlTextContentPartType)
    assert_type(types.ChatResponseChunkFinishReason("stop"), types.ChatResponseChunkFinishReason)
    assert_type(types.ChatResponseDeltaRole("user"), types.ChatResponseDeltaRole)
    assert_type(types.ChatResponseFinishReason("stop"), types.ChatResponseFinishReason)
    assert_type(types.ChatSettingsPreset("problem_solving"), types.ChatSettingsPreset)
    assert_type(types.ChatSettingsResponseFormatType("text"), types.ChatSettingsResponseFormatType)
    assert_type(types.CreateMemoryRequestType("belief"), types.CreateMemoryRequestType)
    assert_type(types.CreateToolRequestType("function"), types.CreateToolRequestType)
    assert_type(types.GetAgentDocsRequestOrder("asc"), types.GetAgentDocsRequestOrder)
    assert_type(types.GetAgentDocsRequestSortBy("created_at"), types.GetAgentDocsRequestSortBy)
    assert_type(types.GetUserDocsRequestOrder("asc"), types.GetUserDocsRequestOrder)
    assert_type(types.GetUserDocsRequestSortBy("created_at"), types.GetUserDocsRequestSortBy)
    assert_type(types.JobStatusState("pending"), types.JobStatusState)
    assert_type(types.ListAgentsRequestOrder("asc"), types.ListAgentsRequestOrder)
    assert_type(types.ListAgentsRequestSortBy("created_at"), types.ListAgentsRequestSortBy)
    assert_type(types.ListSessionsRequestOrder("asc"), types.ListSessionsRequestOrder)
    assert_type(types.ListSessionsRequestSortBy("created_at"), types.ListSessionsRequestSortBy)
    assert_type(types.ListUsersRequestOrder("asc"), types.ListUsersRequestOrder)
    assert_type(types.ListUsersRequestSortBy("created_at"), types.ListUsersRequestSortBy)
    assert_type(types.MemoryMatchLeftOut("limit"), types.MemoryMatchLeftOut)
    assert_type(types.MemoryType("belief"), types.MemoryType)
    assert_type(types.NamedToolChoiceType("function"), types.NamedToolChoiceType)
    assert_type(types.PatchMemoryRequestType("belief"), types.PatchMemoryRequestType)
    assert_type(types.PromptPartKind("situation"), types.PromptPartKind)
    assert_type(types.PromptPartLeftOut("token_budget"), types.PromptPartLeftOut)
    assert_type(types.PromptPartRole("user"), types.PromptPartRole)
    assert_type(types.SuggestionTarget("user"), types.SuggestionTarget)
    assert_type(types.ToolChoiceOptionMode("none"), types.ToolChoiceOptionMode)
    assert_type(types.ToolType("function"), types.ToolType)
    assert_type(types.UpdateMemoryRequestType("belief"), types.UpdateMemoryRequestType)


def of_unions(
    agent_instructions: types.AgentInstructions,
    agent_metadata: types.AgentMetadata,
    chat_input_data_tool_choice: types.ChatInputDataToolChoice,
    chat_ml_message_content: types.ChatMlMessageContent,
    chat_ml_message_content_item: types.ChatMlMessageContentItem,
    chat_settings_response_format_schema: types.ChatSettingsResponseFormatSchema,
    create_agent_request_instructions: types.CreateAgentRequestInstructions,
    create_agent_request_metadata: types.CreateAgentRequestMetadata,
    create_doc_content: types.CreateDocContent,
    create_doc_metadata: types.CreateDocMetadata,
    create_memory_request_entities_item: types.CreateMemoryRequestEntitiesItem,
    create_session_request_metadata: types.CreateSessionRequestMetadata,
    create_user_request_metadata: types.CreateUserRequestMetadata,
    doc_content: types.DocContent,
    doc_metadata: types.DocMetadata,
    function_parameters: types.FunctionParameters,
    input_chat_ml_message_content: types.InputChatMlMessageContent,
    input_chat_ml_message_content_item: types.InputChatMlMessageContentItem,
    memory_entities_item: types.MemoryEntitiesItem,
    patch_agent_request_instructions: types.PatchAgentRequestInstructions,
    patch_agent_request_metadata: types.PatchAgentRequestMetadata,
    patch_doc_request_content: types.PatchDocRequestContent,
    patch_doc_request_metadata: types.PatchDocRequestMetadata,
    patch_memory_request_entities_item: types.PatchMemoryRequestEntitiesItem,
    patch_session_request_metadata: types.PatchSessionRequestMetadata,
    patch_user_request_metadata: types.PatchUserRequestMetadata,
    rendered_chat_request: types.RenderedChatRequest,
    session_metadata: types.SessionMetadata,
    tool_choice_option: types.ToolChoiceOption,
    update_agent_request_instructions: types.UpdateAgentRequestInstructions,
    update_agent_request_metadata: types.UpdateAgentRequestMetadata,
    update_doc_request_content: types.UpdateDocRequestContent,
    update_doc_request_metadata: types.UpdateDocRequestMetadata,
    update_memory_request_entities_item: types.UpdateMemoryRequestEntitiesItem,
    update_session_request_metadata: types.UpdateSessionRequestMetadata,
    update_user_request_metadata: types.UpdateUserRequestMetadata,
    user_metadata: types.UserMetadata,
) -> None:
    assert_type(agent_instructions, types.AgentInstructions)
    assert_type(agent_metadata, types.AgentMetadata)
    assert_type(chat_input_data_tool_choice, types.ChatInputDataToolChoice)
    assert_type(chat_ml_message_content, types.ChatMlMessageContent)
    assert_type(chat_ml_message_content_item, types.ChatMlMessageContentItem)
    assert_type(chat_settings_response_format_schema, types.ChatSettingsResponseFormatSchema)
    assert_type(create_agent_request_instructions, types.CreateAgentRequestInstructions)
    assert_type(create_agent_request_metadata, types.CreateAgentRequestMetadata)
    assert_type(create_doc_content, types.CreateDocContent)
    assert_type(create_doc_metadata, types.CreateDocMetadata)
    assert_type(create_memory_request_entities_item, types.CreateMemoryRequestEntitiesItem)
    assert_type(create_session_request_metadata, types.CreateSessionRequestMetadata)
    assert_type(create_user_request_metadata, types.CreateUserRequestMetadata)
    assert_type(doc_content, types.DocContent)
    assert_type(doc_metadata, types.DocMetadata)
    assert_type(function_parameters, types.FunctionParameters)
    assert_type(input_chat_ml_message_content, types.InputChatMlMessageContent)
    assert_type(input_chat_ml_message_content_item, types.InputChatMlMessageContentItem)
    assert_type(memory_entities_item, types.MemoryEntitiesItem)
    assert_type(patch_agent_request_instructions, types.PatchAgentRequestInstructions)
    assert_type(patch_agent_request_metadata, types.PatchAgentRequestMetadata)
    assert_type(patch_doc_request_content, types.PatchDocRequestContent)
    assert_type(patch_doc_request_metadata, types.PatchDocRequestMetadata)
    assert_type(patch_memory_request_entities_item, types.PatchMemoryRequestEntitiesItem)
    assert_type(patch_session_request_metadata, types.PatchSessionRequestMetadata)
    assert_type(patch_user_request_metadata, types.PatchUserRequestMetadata)
    assert_type(rendered_chat_request, types.RenderedChatRequest)
    assert_type(session_metadata, types.SessionMetadata)
    assert_type(tool_choice_option, types.ToolChoiceOption)
    assert_type(update_agent_request_instructions, types.UpdateAgentRequestInstructions)
    assert_type(update_agent_request_metadata, types.UpdateAgentRequestMetadata)
    assert_type(update_doc_request_content, types.UpdateDocRequestContent)
    assert_type(update_doc_request_metadata, types.UpdateDocRequestMetadata)
    assert_type(update_memory_request_entities_item, types.UpdateMemoryRequestEntitiesItem)
    assert_type(update_session_request_metadata, types.UpdateSessionRequestMetadata)
    assert_type(update_user_request_metadata, types.UpdateUserRequestMetadata)
    assert_type(user_metadata, types.UserMetadata)
