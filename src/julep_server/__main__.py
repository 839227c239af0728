"""The ``julep`` command, which names the extra to install if the server's libraries are missing."""

from __future__ import annotations

import sys

from julep_server.missing import missing_extra


def main() -> None:
    """Run the command line."""
    try:
        from julep_server.cli import run
    except ModuleNotFoundError as error:
        explained = missing_extra(error)
        if explained is error:
            raise
        sys.stderr.write(f"julep: {explained}\n")
        raise SystemExit(2) from None
    run()


if __name__ == "__main__":
    main()
