"""How the commands of clients end: exit statuses, and errors as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from io import StringIO, TextIOWrapper
from typing import Final

from julep._cli.names import nearest

FAILED: Final = 1
INVALID: Final = 2
UNREACHABLE: Final = 3
REFUSED: Final = 4
CLOSED_PIPE: Final = 141
"""The status of a program whose output is no longer read, as shells have it: 128 + SIGPIPE."""

INTERRUPTED: Final = 130
"""The status of a program that Ctrl-C has ended: 128 + SIGINT."""

STATUSES: Final = (
    "Exit status: 0, 1 failed, 2 an argument is invalid, 3 the server is not reachable,"
    " 4 the server refuses the key."
)


class UsageError(Exception):
    """The command's arguments cannot be used."""


def run(work: Callable[[], int]) -> int:
    """Run a command; return its exit status. Errors of the SDK become a line of standard error."""
    from julep import errors

    try:
        return work()
    except UsageError as error:
        return report(error, INVALID)
    except errors.AuthenticationError as error:
        return report(f"{error}; julep doctor shows where the key comes from", REFUSED)
    except errors.JulepError as error:
        return report(error, status_of(error))


def ended(work: Callable[[], int]) -> int:
    """Run the program; return its exit status, also if Ctrl-C or its output ends it early."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the program began
            setattr(sys, name, StringIO())
        elif isinstance(stream, TextIOWrapper):
            # Not every encoding has every character, and what is read is checked where it is used.
            stream.reconfigure(errors="surrogateescape" if name == "stdin" else "backslashreplace")
    try:
        status = work()
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return CLOSED_PIPE
    except OSError as error:  # a full disk, most often
        _drop_output()
        return report(_problem_of(error), FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    return status


def _problem_of(error: OSError) -> str:
    """Return what is wrong: with the output, most often, or with the folder of the shell."""
    import errno  # only errors need it

    text = error.strerror or str(error)
    if error.filename:
        return f"{error.filename}: {text}"
    if isinstance(error, FileNotFoundError):
        return "the current folder does not exist any more"
    is_full = error.errno in {errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EDQUOT}
    return f"the output cannot be written: {text}" if is_full else text


def _drop_output() -> None:
    """Let the interpreter, which flushes standard output when it ends, do so without an error."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def status_of(error: Exception) -> int:
    """Return the exit status of an error of the SDK."""
    from julep import errors

    if isinstance(
        error, (errors.ConfigurationError, errors.InvalidArgumentError, errors.ArgumentTypeError)
    ):
        return INVALID
    if isinstance(error, (errors.AuthenticationError, errors.PermissionDeniedError)):
        return REFUSED
    return UNREACHABLE if isinstance(error, errors.NetworkError) else FAILED


def report(error: object, status: int) -> int:
    """Write an error to standard error; return the status."""
    from julep._cli.output import printable

    text = " ".join(line.strip() for line in str(error).splitlines())
    sys.stderr.write(f"julep: {printable(text)}\n")
    return status


def suggestion(name: str, known: Collection[str]) -> str:
    """Return a hint, for the end of an error, at the name that was meant, or at all of them."""
    return nearest(name, known) or f"; there are: {', '.join(known) or 'none'}"
