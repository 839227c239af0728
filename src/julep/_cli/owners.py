"""Agents and users by their names, where the API takes ids."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

from julep._cli.exits import UsageError
from julep._cli.names import OPTIONS

if TYPE_CHECKING:
    from julep import Client

BY_NAME: Final = ("agent_id", "user_id")
"""The parameters whose option may have a name."""


def id_of(client: Client, parameter: str, text: str) -> str:
    """Return the id of the agent or the user that an option has the id or the name of.

    Args:
        client: The client.
        parameter: The option's parameter, one of :data:`BY_NAME`.
        text: The option's value.

    Raises:
        UsageError: When none has this name, or several have it.
    """
    found = matching(client, parameter, text)
    if found is None:
        raise _refusal(parameter, "none has", text)
    return found


def matching(client: Client, parameter: str, text: str) -> str | None:
    """Return the id of the agent or the user of an id or a name; None if none has the name.

    Raises:
        UsageError: When several have this name.
    """
    try:
        UUID(text)
    except ValueError:
        pass
    else:
        return text
    everyone = (client.agents if parameter == "agent_id" else client.users).iterate()
    found = [str(one.id) for one in islice((one for one in everyone if one.name == text), 2)]
    if len(found) > 1:
        raise _refusal(parameter, "several have", text, f"; the newest is {found[0]}")
    return found[0] if found else None


def _refusal(parameter: str, problem: str, text: str, hint: str = "") -> UsageError:
    option, kind = OPTIONS[parameter][0], parameter.removesuffix("_id")
    shown = f"(julep {kind}s list shows the ids)"
    return UsageError(f"{option}: {problem} the name {text!r}{hint} {shown}")
