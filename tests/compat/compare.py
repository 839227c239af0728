"""Compare the released 0.3 client with this checkout's against one server: compare.py PYTHON.

PYTHON is the Python of an environment with the released client, without this project. Every
difference must be listed in differences.toml, with a reason and with words of its row in
docs/migration.md; what is listed must differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from julep_server import LocalServer

FOLDER = Path(__file__).parent
MIGRATION = FOLDER.parents[1] / "docs/migration.md"
TIMEOUT = 600


def outcomes(python: str, url: str) -> dict[str, dict[str, Any]]:
    """Return what every habit and program does under one Python."""
    # -I, to import the environment's julep.
    command = [python, "-I", "-W", "ignore", str(FOLDER / "observe.py"), url]
    done = subprocess.run(
        command, check=True, timeout=TIMEOUT, stdout=subprocess.PIPE, text=True, cwd=FOLDER
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def is_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Compare two outcomes; an error may be of a subclass."""
    if "raises" in old and "raises" in new:
        return old["raises"][0] in new["raises"]
    return "raises" not in old and "raises" not in new and old["value"] == new["value"]


def shown(outcome: Mapping[str, Any]) -> str:
    if "raises" in outcome:
        return f"{outcome['raises'][0]}: {outcome['text']}"
    return json.dumps(outcome["value"], ensure_ascii=False)


def listed() -> dict[str, dict[str, str]]:
    """Return the listed differences by their habits and programs."""
    differences = tomllib.loads((FOLDER / "differences.toml").read_text())["difference"]
    return {name: one for one in differences for name in one["of"]}


def problems(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return a line for everything that is not as it is listed."""
    known, migration = listed(), MIGRATION.read_text()
    found = [f"no such habit or program: {name}" for name in known if name not in old]
    found += [
        f"docs/migration.md does not have {one['row']!r}, of {name}"
        for name, one in known.items()
        if one["row"] not in migration or not one["reason"]
    ]
    for name in old:
        same = is_same(old[name], new[name])
        if not same and name not in known:
            found.append(
                f"differs: {name}\n    0.3: {shown(old[name])}\n    now: {shown(new[name])}"
            )
        elif same and name in known:
            found.append(f"is listed, and does not differ: {name}")
    return found


def main(python: str) -> int:
    with LocalServer(api_keys=["key"]) as server:
        old = outcomes(python, server.url)
        new = outcomes(sys.executable, server.url)
    found = problems(old, new)
    differing = sum(not is_same(old[name], new[name]) for name in old)
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{len(old)} habits and programs, {differing} differ, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
