"""Run the generator on many contracts in one process, for the tests of what it prints.

Reads from standard input a mapping of names to a contract and the command's options, and prints
what each run returned and printed. Run by the generator's own Python.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from runpy import run_path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "generator"))


def main() -> None:
    """Run the generator once for each contract; what is written is not formatted, to be quick."""
    import build  # type: ignore[import-not-found]  # a module of the generator's own environment

    build.format_code = str  # any function of one argument that does nothing
    names = run_path(str(ROOT / "scripts" / "generator" / "__main__.py"), run_name="generate")
    found: dict[str, Any] = {}
    for name, (contract, options) in json.load(sys.stdin).items():
        out, err = io.StringIO(), io.StringIO()
        with TemporaryDirectory() as folder:
            spec, target = Path(folder, "small.json"), Path(folder, "out", "small_api")
            spec.write_text(json.dumps(contract, indent=1))
            with redirect_stdout(out), redirect_stderr(err):
                code = names["main"](["--spec", str(spec), "--out", str(target), *options])
            table = target / "operations.py"
            found[name] = {
                "code": code,
                "out": out.getvalue(),
                "err": err.getvalue(),
                "table": table.read_text() if table.exists() else "",
            }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
