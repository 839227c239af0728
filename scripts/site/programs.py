"""Runs the programs of the documentation in this process, each against a server of its own."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

from julep.testing import ScriptedServer
from julep_server import LocalServer
from scripts.site.places import ROOT

_PORT: Final = re.compile(r"http://127\.0\.0\.1:\d+")


def run(program: str, name: str, script: Path | None = None) -> str:
    """Return what a program prints; a script has the answers of the model."""
    printed = io.StringIO()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    code = compile(program, f"<{name}>", "exec", dont_inherit=True)
    with _served(script) as environment, mock.patch.dict(os.environ, environment):
        os.environ.pop("JULEP_API_KEY", None)
        # Programs read files of this repository, and of the folder of snippets.
        with contextlib.chdir(ROOT), contextlib.redirect_stdout(printed):
            exec(code, namespace)  # noqa: S102  # a program of this repository
    # The port is another one each time; readers have the default.
    return _PORT.sub("http://127.0.0.1:8080", printed.getvalue().strip())


@contextlib.contextmanager
def _served(script: Path | None) -> Iterator[dict[str, str]]:
    """Serve the API, and an endpoint of a model that says little."""
    model_script = None if script is None else str(script)
    with LocalServer(model_script=model_script) as server, ScriptedServer() as endpoint:
        endpoint.then(lambda _: "A fine day.")
        yield {
            "JULEP_API_URL": server.url,
            "JULEP_SERVER_MODEL_URL": endpoint.url.removesuffix("/api") + "/v1",
        }


@cache
def formatted(program: str) -> str:
    """Return a program as ruff formats it for a page."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--quiet", "--line-length", "88", "-"],
        input=program,
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
    )
    return done.stdout
