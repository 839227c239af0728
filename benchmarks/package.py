"""The generated package beside that of another commit: its import, and reading with its models.

Run it by ``.venv/bin/python -m benchmarks.package REVISION``. Each measurement is a process of its
own, since both packages have the same name.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks._bodies import chunk, page
from benchmarks._side_by_side import pin, rows_of, show

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "generated/julep_api"
SESSIONS, EVENTS = 1000, 2000
_CODE: Final = """
import gc, json, sys
from time import process_time
sys.path.insert(0, sys.argv[1])
data = json.load(sys.stdin)
start = process_time()
from julep_api.api.sessions import list_sessions
from julep_api.models import ChatResponseChunk, ListSessionsResponse
times = {"import": process_time() - start}
def read_list():
    return ListSessionsResponse.from_dict(data["list"])
def read_events():
    return [ChatResponseChunk.from_dict(one) for one in data["events"]]
for name, read in (("a list", read_list), ("events", read_events)):
    found = []
    for _ in range(5):
        gc.collect()
        start = process_time()
        read()
        found.append(process_time() - start)
    times[name] = min(found)
print(json.dumps(times))
"""


def times(folder: Path, data: str) -> dict[str, float]:
    """Return the CPU time of each case, with the package in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(folder)],
        check=True,
        input=data,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(revision: str, rounds: int = 15) -> None:
    """Print the tables."""
    pin()
    git = shutil.which("git") or "git"
    data = json.dumps(
        {"list": json.loads(page(SESSIONS)), "events": [chunk(one) for one in range(EVENTS)]}
    )
    with TemporaryDirectory() as folder:
        packed = subprocess.run(
            [git, "archive", revision, PACKAGE], check=True, cwd=ROOT, stdout=subprocess.PIPE
        )
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        folders = {revision: Path(folder) / "generated", "now": ROOT / "generated"}
        for each in folders.values():
            times(each, data)  # compiles
        found: dict[str, dict[str, list[float]]] = {}
        for _ in range(rounds):
            for name in random.sample([*folders], len(folders)):
                for case, seconds in times(folders[name], data).items():
                    found.setdefault(case, {one: [] for one in folders})[name].append(seconds)
    titles = {
        "import": "Import of an operation and its models",
        "a list": f"Reading a list of {SESSIONS:,} sessions",
        "events": f"Reading {EVENTS:,} events of streams",
    }
    for case, title in titles.items():
        show(title, rows_of(found[case]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "HEAD~1")
