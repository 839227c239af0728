"""The ``julep`` command, which names the extra to install if the server's libraries are missing."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from julep_server.cli import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("julep_server", "julep_api"):
            raise
        sys.stderr.write(
            f"julep: the server is not installed ({error.name} is missing): "
            'pip install "julep[server]"\n'
        )
        raise SystemExit(2) from None
    run()


if __name__ == "__main__":
    main()
