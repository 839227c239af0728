"""Calls that cannot import what they need: when the interpreter ends, and within an import."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

from julep._lazy import is_importing
from julep.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable

    M = TypeVar("M", bound=Callable[..., Any])

_HALF_IMPORTED = "partially initialized module"


def import_failure(error: ImportError | AttributeError) -> Exception:
    """Return the error for a call that needed an import.

    It is a NetworkError if the interpreter ends, or if the call was made by a signal's handler in
    the middle of that import. Python can neither finish the import first nor begin it again.
    """
    if isinstance(error, ImportError) and sys.is_finalizing():
        return NetworkError("no request can be sent: the interpreter is ending")
    if _HALF_IMPORTED in str(error) and is_importing():
        return NetworkError(
            "no request can be sent: this call interrupts an import that it needs, as a signal's"
            " handler can; let the handler set a flag, and make the call where the program sees it"
        )
    return error


def with_import_failures(method: M) -> M:
    """Let a sync method raise the error of `import_failure` for an import that fails in it."""

    @functools.wraps(method)
    def call(*args: object, **kwargs: object) -> object:
        try:
            return method(*args, **kwargs)
        except (ImportError, AttributeError) as error:
            failure = import_failure(error)
            if failure is error:
                raise
            raise failure from None

    return cast("M", call)
