"""A client of pyright's language server: what an editor sends it, and what it shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

REPOSITORY = Path(__file__).parents[3]


class LanguageServer:
    """One server process, with one folder open.

    Args:
        folder: The folder; its files find this repository's packages.
    """

    def __init__(self, folder: Path) -> None:
        paths = [str(REPOSITORY / "src"), str(REPOSITORY / "generated")]
        (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths}))
        self._folder = folder
        self._last_id = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        uri = self._folder.as_uri()
        self._request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self._folder.name}],
                "capabilities": {
                    "workspace": {"configuration": True},
                    "textDocument": {
                        "hover": {"contentFormat": ["plaintext"]},
                        "signatureHelp": {
                            "signatureInformation": {"documentationFormat": ["plaintext"]}
                        },
                    },
                },
            },
        )
        self._notify("initialized", {})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._request("shutdown", None)
            self._notify("exit", None)
        else:
            self._process.kill()
        self._stdin.close()
        self._stdout.close()
        self._process.wait()

    def open(self, path: Path) -> None:
        """Open a file, as an editor does."""
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1}
        self._notify(
            "textDocument/didOpen", {"textDocument": document | {"text": path.read_text()}}
        )

    def hover(self, path: Path, line: int, column: int) -> str:
        """Return the text that an editor shows at a place, counted from 0."""
        found = self._request("textDocument/hover", _place(path, line, column))
        return str(found["contents"]["value"]) if found else ""

    def signature_help(self, path: Path, line: int, column: int) -> list[str]:
        """Return the documentation of each signature that an editor shows in a call."""
        found = self._request("textDocument/signatureHelp", _place(path, line, column))
        return [str(each["documentation"]["value"]) for each in found["signatures"]]

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _request(self, method: str, params: Mapping[str, object] | None) -> Any:
        self._last_id += 1
        self._write({"id": self._last_id, "method": method, "params": params})
        while True:
            message = self._read()
            if "method" in message and "id" in message:
                # The server requests something, too: settings, such as the Python to use.
                given: Any = message.get("params") or {}
                settings = [{"pythonPath": sys.executable}] * len(given.get("items", ()))
                self._write({"id": message["id"], "result": settings or None})
            elif message.get("id") == self._last_id:
                assert "error" not in message, message
                return message["result"]

    def _notify(self, method: str, params: Mapping[str, object] | None) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._stdin.flush()

    def _read(self) -> dict[str, Any]:
        length = 0
        while (line := self._stdout.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server ended"
        message: dict[str, Any] = json.loads(self._stdout.read(length))
        return message


def _place(path: Path, line: int, column: int) -> dict[str, object]:
    return {
        "textDocument": {"uri": path.as_uri()},
        "position": {"line": line, "character": column},
    }
