"""Calls while the interpreter ends, when nothing can be imported any more."""

from __future__ import annotations

import sys

from julep.errors import NetworkError


def import_failure(error: ImportError) -> Exception:
    """Return the error for a call that needed an import: a NetworkError if the interpreter ends."""
    if sys.is_finalizing():
        return NetworkError("no request can be sent: the interpreter is ending")
    return error
