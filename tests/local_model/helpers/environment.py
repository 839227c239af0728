"""The local model's packages, in an environment of their own that is made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def site_packages() -> Path:
    """Return the folder with the engine and the weights, which need no other package."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = "scripts/requirements/local.txt"
    made = subprocess.run(
        ["bash", "-c", f'source scripts/_uv.sh && bare_python local "$PWD/{lock}" {version}'],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = subprocess.run(
        [made.stdout.strip(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Path(found.stdout.strip())
