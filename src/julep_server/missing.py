"""The error of a server whose libraries are not installed."""

from __future__ import annotations


def missing_extra(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return an error that names the extra to install; one about our own modules is unchanged."""
    missing = (error.name or "").partition(".")[0]
    if missing in ("", "julep", "julep_api", "julep_server"):
        return error
    message = f'the server is not installed ({missing} is missing): pip install "julep[server]"'
    return ModuleNotFoundError(message, name=error.name, path=error.path)
