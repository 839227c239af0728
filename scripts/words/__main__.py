"""Prints every use of a word that scripts/words/wordlist.py lists, and fails if there is any."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.words.checker import check

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Check all files that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    found = check(ROOT, [name for name in listed.stdout.split("\0") if name])
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
