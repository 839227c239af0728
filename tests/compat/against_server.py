"""Run the released 0.3 client against this checkout's server: against_server.py PYTHON.

PYTHON is the Python of an environment with the client, without this project.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from julep_server import LocalServer

PROGRAM = Path(__file__).with_name("released_client.py")
TIMEOUT = 120


def main(python: str) -> int:
    with LocalServer(api_keys=["key"]) as server:
        # -I, to import the environment's julep.
        command = [python, "-I", str(PROGRAM), server.url]
        return subprocess.run(command, check=False, timeout=TIMEOUT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
