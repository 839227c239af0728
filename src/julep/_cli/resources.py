"""The resources that the command line has: a row each, with its sentence in `names`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from julep._cli.names import RESOURCE_COMMANDS

_READ_ONLY: Final = ("id", "agent_id", "user_id", "created_at", "updated_at", "summary")


class Resource(NamedTuple):
    """The commands of one resource.

    Attributes:
        name: The first word of its commands, which is also the client's property.
        manager: The class whose methods they call.
        own_id: The names of the parameter that identifies one of them.
        commands: The commands, and the methods that they call.
        columns: The fields in a table.
        examples: Arguments of examples, by command.
        bodies: By command, the parameter whose keys are options themselves, and their types' name.
        other_columns: Columns of commands that list something else.
        read_only: Fields that a file may have because it is what ``get --json`` printed.
    """

    name: str
    manager: str
    own_id: tuple[str, ...]
    commands: Mapping[str, str]
    columns: tuple[str, ...]
    examples: Mapping[str, tuple[str, ...]]
    bodies: Mapping[str, tuple[str, str]] = {}
    other_columns: Mapping[str, tuple[str, ...]] = {}
    read_only: tuple[str, ...] = _READ_ONLY

    @property
    def about(self) -> str:
        """What the commands do."""
        return RESOURCE_COMMANDS[self.name]


_SAME: Final = {name: name for name in ("list", "get", "create", "update", "delete", "count")}
ID: Final = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
_OF_AGENT: Final = f"--agent {ID}"


def _without(*names: str) -> dict[str, str]:
    return {name: method for name, method in _SAME.items() if name not in names}


RESOURCES: Final = (
    Resource(
        "agents",
        "julep.managers.agent.AgentsManager",
        ("id", "agent_id"),
        _SAME,
        ("id", "name", "about", "created_at"),
        {
            "list": ("--limit 10", "--metadata team=support --json"),
            "create": (
                '--name Ada --about "a patient tutor" --metadata team=support',
                "--file agent.json",
            ),
            "update": (f'{ID} --instructions "Be kind." --instructions "Be short."',),
            "count": ("--metadata team=support",),
        },
    ),
    Resource(
        "users",
        "julep.managers.user.UsersManager",
        ("id", "user_id"),
        _SAME,
        ("id", "name", "about", "created_at"),
        {
            "list": ("--limit 10", "--metadata team=support --json"),
            "create": ('--name Grace --about "likes short answers"',),
            "update": (f"{ID} --name Grace",),
            "count": ("",),
        },
    ),
    Resource(
        "sessions",
        "julep.managers.session.SessionsManager",
        ("id", "session_id"),
        {**_SAME, "history": "history", "suggestions": "suggestions", "fork": "fork"},
        ("id", "situation", "tags", "updated_at"),
        {
            "list": (_OF_AGENT, "--limit 10 --json"),
            "create": (f"{_OF_AGENT} --tags urgent",),
            "update": (f'{ID} --situation "A lesson"',),
            "count": (_OF_AGENT,),
            "history": (ID, f"{ID} --json"),
        },
        other_columns={
            "history": ("role", "name", "content"),
            "suggestions": ("target", "content", "created_at"),
        },
    ),
    Resource(
        "docs",
        "julep.managers.doc.DocsManager",
        ("doc_id",),
        {**_SAME, "search": "search"},
        ("id", "title", "metadata", "created_at"),
        {
            "list": (f"{_OF_AGENT} --limit 10", f"{_OF_AGENT} --metadata source=handbook/hours.md"),
            "get": (f"{ID} {_OF_AGENT}",),
            "create": (
                f'{_OF_AGENT} --title Hours --content "It opens at ten."',
                f"{_OF_AGENT} --file doc.json",
            ),
            "update": (f"{ID} {_OF_AGENT} --title Hours",),
            "delete": (f"{ID} {_OF_AGENT}",),
            "count": (_OF_AGENT,),
            "search": (f'"When does it open?" {_OF_AGENT} --limit 3',),
        },
        bodies={"create": ("doc", "DocDict")},
        other_columns={"search": ("doc_id", "title", "score", "text")},
    ),
    Resource(
        "tools",
        "julep.managers.tool.ToolsManager",
        ("tool_id",),
        _without("get"),
        ("id", "type", "function"),
        {
            "list": (_OF_AGENT,),
            "create": (f"{_OF_AGENT} --file tool.json",),
            "update": (f"{ID} {_OF_AGENT} --description 'The weather of a town'",),
            "delete": (f"{ID} {_OF_AGENT}",),
            "count": (_OF_AGENT,),
        },
        bodies={
            "create": ("tool", "CreateToolDict"),
            "update": ("function", "PartialFunctionDefDict"),
        },
    ),
    Resource(
        "memories",
        "julep.managers.memory.MemoriesManager",
        ("memory_id",),
        _without("get"),
        ("id", "type", "content", "created_at"),
        {
            "list": (f"{_OF_AGENT} --query breakfast", f"{_OF_AGENT} --user {ID} --json"),
            "create": (f'{_OF_AGENT} --user {ID} --content "Grace likes porridge."',),
            "update": (f"{ID} {_OF_AGENT} --sentiment 0.5",),
            "delete": (f"{ID} {_OF_AGENT}",),
            "count": (_OF_AGENT,),
        },
    ),
    Resource(
        "jobs",
        "julep.managers.job.JobsManager",
        ("job_id",),
        {"get": "get", "wait": "wait"},
        ("id", "name", "state"),
        {"wait": (f"{ID} --timeout 30",)},
    ),
)
