"""Runs the released 0.3 client against this checkout's server: against_server.py PYTHON.

PYTHON is that of an environment with the client, and with nothing of this project.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from julep_server import LocalServer

PROGRAM = Path(__file__).with_name("released_client.py")
LONGEST = 120


def main(python: str) -> int:
    with LocalServer(api_keys=["key"]) as server:
        # -I, so that it is the environment's julep that is imported.
        command = [python, "-I", str(PROGRAM), server.url]
        return subprocess.run(command, check=False, timeout=LONGEST).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
