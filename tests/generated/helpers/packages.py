"""Generate packages of many documents in one process, since starting one for each is slow.

Arguments: the folder to write to, then the documents. The package of ``one.yaml`` is ``one_api``.
Prints what was printed for each. Run by the generator's own Python.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from runpy import run_path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "generator"))


def main(folder: Path, specs: list[Path]) -> dict[str, str]:
    """Generate a package of each document.

    Returns:
        What was printed, by the document's name.
    """
    build: Any = import_module("build")  # a module of the generator's own environment
    format_code, build.format_code = build.format_code, str  # all at once, below
    command = run_path(str(ROOT / "scripts" / "generator" / "__main__.py"), run_name="generate")
    printed: dict[str, str] = {}
    for spec in specs:
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = command["main"](["--spec", str(spec), "--out", str(folder / f"{spec.stem}_api")])
        printed[spec.stem] = out.getvalue()
        if code:
            raise SystemExit(f"{spec.name}: {out.getvalue()}")
    format_code(folder)
    return printed


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]]), sys.stdout)
