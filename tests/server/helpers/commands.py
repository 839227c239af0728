"""The commands beside ``julep serve``, run in this process."""

from __future__ import annotations

from julep_server.cli import command_line


def run_command(*arguments: str) -> int:
    """Run a command; return its exit status."""
    try:
        command_line([*arguments], result_action="return_value")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
