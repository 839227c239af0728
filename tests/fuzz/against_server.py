"""Runs schemathesis against this checkout's server: against_server.py PYTHON EXAMPLES SEED.

PYTHON is that of an environment with schemathesis, and with nothing of this project.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from julep_server import LocalServer

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "openapi.yaml"
LONGEST = 3600


def main(python: str, examples: str, seed: str) -> int:
    with LocalServer(api_keys=["key"]) as server, TemporaryDirectory() as folder:
        command = [
            *(python, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", str(CONTRACT), "--url", server.url),
            *("--max-examples", examples, "--seed", seed),
        ]
        environment = {**os.environ, "PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "formats"}
        # What it remembers of a run is gone with the folder: each run asks the same.
        done = subprocess.run(command, env=environment, cwd=folder, check=False, timeout=LONGEST)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
