"""The public names: none is added or removed unnoticed, and type checkers see the same ones."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

import julep
import julep.errors
import julep.testing
import julep.types
import julep_server

JULEP = """
AddedDocs AddedFile ApiError ArgumentTypeError AsyncChatStream AsyncClient AuthenticationError
BadRequestError ChatStream Client ConfigurationError ConflictError Hooks InvalidArgumentError
InvalidIdError InvalidOutputError InvalidResponseError JobFailedError JulepError MaxTurnsError
NetworkError NotApprovedError NotFoundError ParsedResponse PermissionDeniedError RateLimitError
RawResponse RequestError RequestEvent RequestTimeoutError ResponseEvent RetryEvent RetryPolicy
ServerError ServerInfo StreamClosedError StreamInterruptedError StreamTimeoutError Timeout
ToolResult UNSET UnprocessableEntityError Unset __version__ tls_context
"""

ERRORS = """
ApiError ArgumentTypeError AuthenticationError BadRequestError ConfigurationError ConflictError
ErrorDetail InvalidArgumentError InvalidIdError InvalidOutputError InvalidResponseError
JobFailedError JulepError MaxTurnsError NetworkError NotApprovedError NotFoundError
PermissionDeniedError RateLimitError RequestError RequestTimeoutError ServerError
StreamClosedError StreamInterruptedError StreamTimeoutError UnprocessableEntityError
"""

MANAGERS_TYPES = """
AgentCreateArgs AgentDefaultSettingsDict AgentUpdateArgs Approve ChatMlImageContentPartDict
ChatMlTextContentPartDict ChatSettingsArgs ChatSettingsResponseFormatDict ChatSettingsStop
ContentPart ContextOverflow CreateToolDict DefaultSettings DocCreateArgs DocDict DocInput
FunctionDefDict FunctionInput InputChatMlMessageDict LogitBias MemoryKind MessageInput Messages
NamedToolChoiceDict Order ParseArgs PartialFunctionDefDict PartialFunctionInput Preset
ResponseFormat RunArgs SessionCreateArgs SessionUpdateArgs SortBy ToolChoice ToolDict ToolInput
UserCreateArgs UserUpdateArgs
"""

TYPES = """
Agent AgentCreateArgs AgentDefaultSettings AgentDefaultSettingsDict AgentDefaultSettingsPreset
AgentInstructions AgentMetadata AgentUpdateArgs Approve CancelChatResponse ChatInput ChatInputData
ChatInputDataToolChoice ChatMlImageContentPart ChatMlImageContentPartDict
ChatMlImageContentPartImageUrl ChatMlImageContentPartImageUrlDetail ChatMlImageContentPartType
ChatMlMessage ChatMlMessageContent ChatMlMessageContentItem ChatMlMessageRole ChatMlTextContentPart
ChatMlTextContentPartDict ChatMlTextContentPartType ChatResponse ChatResponseChunk
ChatResponseChunkFinishReason ChatResponseDelta ChatResponseDeltaRole ChatResponseFinishReason
ChatSettings ChatSettingsArgs ChatSettingsPreset ChatSettingsResponseFormat
ChatSettingsResponseFormatDict ChatSettingsResponseFormatSchema ChatSettingsResponseFormatType
ChatSettingsStop CompletionUsage ContentPart ContextOverflow CreateAgentRequest
CreateAgentRequestInstructions CreateAgentRequestMetadata CreateDoc CreateDocContent
CreateDocMetadata CreateMemoryRequest CreateMemoryRequestEntitiesItem CreateMemoryRequestType
CreateSessionRequest CreateSessionRequestMetadata CreateToolDict CreateToolRequest
CreateToolRequestType CreateUserRequest CreateUserRequestMetadata DefaultSettings Doc DocContent
DocCreateArgs DocDict DocIds DocInput DocMatch DocMatchLeftOut DocMetadata Error ErrorDetail
ErrorInfo Explanation ForkSessionRequest FunctionCallOption FunctionDef FunctionDefDict
FunctionInput FunctionParameters GetAgentDocsRequestOrder GetAgentDocsRequestSortBy
GetAgentDocsResponse GetAgentMemoriesResponse GetAgentToolsResponse GetHistoryResponse
GetSuggestionsResponse GetUserDocsRequestOrder GetUserDocsRequestSortBy GetUserDocsResponse
InputChatMlMessage InputChatMlMessageContent InputChatMlMessageContentItem InputChatMlMessageDict
InputChatMlMessageRole JobStatus JobStatusState ListAgentsRequestOrder ListAgentsRequestSortBy
ListAgentsResponse ListSessionsRequestOrder ListSessionsRequestSortBy ListSessionsResponse
ListUsersRequestOrder ListUsersRequestSortBy ListUsersResponse LogitBias Memory MemoryAccessOptions
MemoryEntitiesItem MemoryKind MemoryMatch MemoryMatchLeftOut MemoryType MessageInput Messages
NamedToolChoice NamedToolChoiceDict NamedToolChoiceFunction NamedToolChoiceType Order ParseArgs
PartialFunctionDef PartialFunctionDefDict PartialFunctionInput PatchAgentRequest
PatchAgentRequestInstructions PatchAgentRequestMetadata PatchDocRequest PatchDocRequestContent
PatchDocRequestMetadata PatchMemoryRequest PatchMemoryRequestEntitiesItem PatchMemoryRequestType
PatchSessionRequest PatchSessionRequestMetadata PatchToolRequest PatchUserRequest
PatchUserRequestMetadata Preset PromptPart PromptPartKind PromptPartLeftOut PromptPartRole
RenderedChat RenderedChatRequest ResourceCreatedResponse ResourceDeletedResponse
ResourceUpdatedResponse ResponseFormat RunArgs SearchDocsResponse Session SessionCreateArgs
SessionMetadata SessionUpdateArgs SortBy Suggestion SuggestionTarget Tool ToolChoice
ToolChoiceOption ToolChoiceOptionMode ToolDict ToolInput ToolType UpdateAgentRequest
UpdateAgentRequestInstructions UpdateAgentRequestMetadata UpdateDocRequest UpdateDocRequestContent
UpdateDocRequestMetadata UpdateMemoryRequest UpdateMemoryRequestEntitiesItem UpdateMemoryRequestType
UpdateSessionRequest UpdateSessionRequestMetadata UpdateToolRequest UpdateUserRequest
UpdateUserRequestMetadata User UserCreateArgs UserMetadata UserUpdateArgs
"""

# Besides the contract's names, those that julep 0.3 had for two of them.
RENAMED = """
ChatMlMessageContentItem_ImageUrl ChatMlMessageContentItem_Text
InputChatMlMessageContentItem_ImageUrl InputChatMlMessageContentItem_Text
"""

_MODELS = set(importlib.import_module("julep_api.models").__all__)
API_TYPES = " ".join(sorted({*_MODELS, *RENAMED.split()}))

PINNED: Mapping[str, str] = {
    "julep": JULEP,
    "julep.errors": ERRORS,
    "julep.types": TYPES,
    "julep.streams": (
        "AnswerFinished AnswerRejected AsyncChatStream AsyncRunStream ChatStream RunEvent RunStream"
        " StreamEvent TextDelta ToolCallArguments ToolCallBegun"
    ),
    "julep.client": "AsyncClient Client",
    "julep.env": "JULEP_API_KEY JULEP_API_URL env",
    "julep.api": " ".join(sorted([*API_TYPES.split(), "JulepApiEnvironment"])),
    "julep.api.client": "AsyncJulepApi JulepApi",
    "julep.api.environment": "JulepApiEnvironment",
    "julep.api.types": API_TYPES,
    "julep.api.core": (
        "ApiError AsyncClientWrapper BaseClientWrapper SyncClientWrapper jsonable_encoder"
        " remove_none_from_dict serialize_datetime"
    ),
    "julep.api.core.client_wrapper": "AsyncClientWrapper BaseClientWrapper SyncClientWrapper",
    "julep.api.core.datetime_utils": "serialize_datetime",
    "julep.api.core.jsonable_encoder": "jsonable_encoder",
    "julep.api.core.remove_none_from_dict": "remove_none_from_dict",
    "julep.api.core.api_error": "ApiError",
    "julep.managers.types": MANAGERS_TYPES,
    "julep.managers.agent": (
        "AgentCreateArgs AgentUpdateArgs AgentsManager AsyncAgentsManager BaseAgentsManager"
    ),
    "julep.managers.user": (
        "AsyncUsersManager BaseUsersManager UserCreateArgs UserUpdateArgs UsersManager"
    ),
    "julep.managers.session": (
        "AsyncSessionsManager BaseSessionsManager SessionCreateArgs SessionUpdateArgs"
        " SessionsManager"
    ),
    "julep.managers.agent_lists": "AgentLists AsyncAgentLists BaseAgentLists",
    "julep.managers.chat": "AsyncChat BaseChat Chat",
    "julep.managers.run": "AsyncRun BaseRun Run",
    "julep.managers.parse": "AsyncParse BaseParse Parse",
    "julep.managers.render": "AsyncRender BaseRender Render",
    "julep.managers.doc_files": "AsyncDocFiles BaseDocFiles DocFiles",
    "julep.managers.doc_lists": "AsyncDocLists BaseDocLists DocLists",
    "julep.managers.session_lists": "AsyncSessionLists BaseSessionLists SessionLists",
    "julep.managers.history": "AsyncHistory BaseHistory History",
    "julep.managers.doc": "AsyncDocsManager BaseDocsManager DocCreateArgs DocsManager",
    "julep.managers.doc_search": "AsyncDocSearch BaseDocSearch DocSearch",
    "julep.managers.tool": "AsyncToolsManager BaseToolsManager ToolsManager",
    "julep.managers.memory": "AsyncMemoriesManager BaseMemoriesManager MemoriesManager",
    "julep.managers.job": "AsyncJobsManager BaseJobsManager JobsManager",
    "julep.managers.utils": "rewrap_in_class",
    "julep.testing": (
        "Faults Recording ScriptedServer SecretInRecordingError UnrecordedRequestError recorded"
        " skipped_delays"
    ),
    "julep_server": "LocalServer ModelEndpoint ModelRequest ScriptedAnswer ScriptedModel",
}


def names(module: ModuleType) -> list[str]:
    found: list[str] = module.__all__
    return found


@pytest.mark.parametrize("name", PINNED)
def test_a_module_has_these_public_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JULEP_API_KEY", "what julep.env shows")
    module = importlib.import_module(name)
    assert sorted(names(module)) == PINNED[name].split()
    for public in names(module):
        assert getattr(module, public) is not None
    if name.startswith("julep."):
        assert set(names(module)) <= set(dir(module))


def test_every_public_module_is_listed() -> None:
    source = Path(julep.__file__).parent
    found = {
        ".".join(path.relative_to(source.parent).with_suffix("").parts)
        for path in source.rglob("*.py")
        if not any(part.startswith("_") for part in path.relative_to(source).parts)
    }
    # The modules that managers are built from have no __all__.
    assert found - set(PINNED) == {"julep.managers.base"}


@pytest.mark.parametrize("module", [julep, julep.errors, julep.types, julep_server])
def test_an_unknown_name_is_an_attribute_error(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'Nope'"):
        _ = module.Nope


@pytest.mark.parametrize("module", [julep])
def test_a_missing_class_names_the_module_of_the_models(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match=r"'Nope'; models such as Agent are in julep\.types$"):
        _ = module.Nope
    with pytest.raises(AttributeError, match=r"has no attribute 'nope'$"):
        _ = module.nope


@pytest.mark.parametrize("module", [julep, julep.errors, julep.testing])
def test_type_checkers_see_the_lazy_names(module: ModuleType) -> None:
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text())
    written = "\n__all__ = " in ast.unparse(tree)
    # To a type checker an import is public by `as` with its own name, or by a literal __all__.
    seen = {
        (node.module, alias.name)
        for node in ast.walk(_type_checking(tree))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module != "julep"  # its own modules, which are lazy too
        if alias.asname == alias.name or (written and alias.name in names(module))
    }
    [call] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "lazy"
    ]
    lazy = ast.literal_eval(call.args[1])
    assert {(source, name) for source, found in lazy.items() for name in found} == seen
    assert {name for _, name in seen} <= set(names(module))


@pytest.mark.parametrize("package", ["julep", "julep.api", "julep.managers"])
def test_type_checkers_see_the_lazy_modules(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    seen = {
        alias.asname
        for node in ast.walk(_type_checking(ast.parse(Path(module.__file__).read_text())))
        if isinstance(node, ast.ImportFrom) and node.module == package
        for alias in node.names
        if alias.asname == alias.name
    }
    public = {
        name.removeprefix(f"{package}.").partition(".")[0]
        for name in [*PINNED, "julep.managers.base"]
        if name.startswith(f"{package}.")
    }
    # Types of 0.3's are the names of the package itself; ten modules are parts of another one.
    parts = {
        "agent_lists",
        "chat",
        "doc_files",
        "doc_lists",
        "doc_search",
        "history",
        "parse",
        "render",
        "run",
        "session_lists",
    }
    # The testing kit is imported by itself, since it needs the server.
    assert seen == public - {"types", "testing"} - parts | (seen & {"types"})
    assert seen <= set(dir(module))


def test_dir_lists_public_names_alone() -> None:
    for module in (julep, julep_server, julep.errors, julep.types):
        found = {name for name in dir(module) if not name.startswith("__")}
        assert found - set(names(module)) <= {"api", "client", "env", "errors", "managers"} | {
            "streams",
            "types",
        }


def test_a_name_is_the_same_object_wherever_it_comes_from() -> None:
    for name in names(julep):
        if hasattr(julep.errors, name):
            assert getattr(julep, name) is getattr(julep.errors, name)
    models = importlib.import_module("julep_api.models")
    dicts = importlib.import_module("julep.managers.types")
    for name in names(julep.types):
        # A model of the contract has precedence over a dict type of the same name.
        source = models if name in names(models) else dicts
        assert getattr(julep.types, name) is getattr(source, name)
    assert set(names(julep.types)) == {*names(models), *names(dicts)}


def _type_checking(tree: ast.Module) -> ast.Module:
    """Return the statements under ``if TYPE_CHECKING``."""
    for node in tree.body:
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            return ast.Module(node.body, [])
    raise AssertionError("nothing is imported for type checkers alone")
