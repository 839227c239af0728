"""What the helps of the commands end with: examples, and the exit statuses."""

from __future__ import annotations

STATUSES = "Exit status: 0, 1 failed, 2 an argument or a setting is invalid."
STATUSES_OF_ALL = (
    f"{STATUSES[:-1]}; of clients, 3 the server is not reachable, 4 it refuses the key."
)


def examples(*lines: str, statuses: str = STATUSES) -> str:
    """Return the end of a help.

    Args:
        *lines: Command lines that run as they are, without ``julep``.
        statuses: The sentence about exit statuses.
    """
    shown = "".join(f"  julep {line}\n" for line in lines)
    return f"Examples:\n{shown}\n{statuses}"
