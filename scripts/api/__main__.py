"""Compare the Python API with that of a commit; fail if it breaks and no fragment mentions it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.api.comparison import FRAGMENTS, compare


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m scripts.api", description=__doc__)
    parser.add_argument("--since", metavar="REV", default="HEAD", help="the commit (default: HEAD)")
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parents[2], help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    try:
        found = compare(options.root, options.since)
    except (OSError, subprocess.CalledProcessError) as error:
        problem = getattr(error, "stderr", None) or str(error)
        print(f"not compared: {problem.strip()}", file=sys.stderr)
        return 1
    if found is None:
        print(f"The Python API is that of {options.since}.")
        return 0
    for line in found.breaking:
        print(line)
    for name in found.added:
        print(f"new: {name}")
    print(f"The Python API since {options.since}: suggests a {found.step} version.")
    if found.breaking and not found.fragments:
        print(
            f"It breaks: expected a new {FRAGMENTS}/+….breaking.md that says so.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
