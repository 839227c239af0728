"""Run schemathesis against this checkout's server: PYTHON EXAMPLES SEED DATABASE.

PYTHON is the Python of an environment with schemathesis, without this project; DATABASE is sqlite,
in memory, or postgresql.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from julep import Client
from julep.managers.types import CreateToolDict, DocDict, InputChatMlMessageDict
from julep_server import LocalServer
from tests.chaos.server_process import new_database

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "openapi.yaml"
TIMEOUT = 4 * 3600

KEY = "key"
FAMILIES = 20
"""How many resources of each kind there are; some are soon deleted."""


def main(python: str, examples: str, seed: str, database: str) -> int:
    with (
        new_database(database) as (url, cluster, _),
        LocalServer(api_keys=[KEY], database="sqlite://" if cluster is None else url) as server,
        TemporaryDirectory() as folder,
    ):
        with Client(api_key=KEY, base_url=server.url) as client:
            known = [_family(client, number) for number in range(FAMILIES)]
        command = [
            *(python, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", str(CONTRACT), "--url", server.url),
            *("--max-examples", examples, "--seed", seed),
            # How fast they are generated is the machine's.
            *("--suppress-health-check", "too_slow"),
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "hooks",
            "FUZZ_KNOWN": json.dumps(known),
        }
        # Its cache is removed with the folder, so that every run sends the same requests.
        done = subprocess.run(command, env=environment, cwd=folder, check=False, timeout=TIMEOUT)
        return done.returncode


def _family(client: Client, number: int) -> dict[str, str]:
    """Create one resource of each kind, related to each other, and return their ids."""
    tool: CreateToolDict = {
        "type": "function",
        "function": {"name": f"tool_{number}", "parameters": {}},
    }
    doc: DocDict = {"title": "Opening hours", "content": "We are open from 9 to 17."}
    said: list[InputChatMlMessageDict] = [{"role": "user", "content": "I like rye bread."}]
    agent = client.agents.create(name="Pip", docs=[doc])
    user = client.users.create(name="Ada", docs=[doc])
    session = client.sessions.create(agent_id=agent.id, user_id=user.id)
    (job_id,) = client.sessions.chat(session.id, said, remember=True).jobs or []
    client.jobs.wait(job_id)
    return {
        "agent_id": agent.id,
        "user_id": user.id,
        "session_id": session.id,
        "job_id": job_id,
        "tool_id": client.tools.create(agent_id=agent.id, tool=tool).id,
        "memory_id": client.memories.list(agent.id, "bread")[0].id,
        "an agent's doc_id": client.docs.list(agent_id=agent.id)[0].id,
        "a user's doc_id": client.docs.list(user_id=user.id)[0].id,
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
