"""The processes that render templates, as the server sees them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject, dumps

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from julep_server.prompt.template_worker import main; main()"
)
_FRAME = re.compile(r'File "<template>", line (\d+)')
_GRACE = 5.0
"""Seconds beyond the time for a prompt after which a process is ended that doesn't end itself."""


@dataclass(frozen=True, slots=True)
class TemplateLimits:
    """What the templates of one prompt may take.

    Attributes:
        seconds: CPU time.
        characters: Length of each text.
        megabytes: Memory.
    """

    seconds: float
    characters: int
    megabytes: int


class TemplateFailedError(Exception):
    """A template can't be rendered.

    Args:
        index: The number of the template.
        line: The line in it.
        message: The reason.
    """

    def __init__(self, index: int, line: int, message: str) -> None:
        super().__init__(index, line, message)
        self.index = index
        self.line = line
        self.message = message


class TemplateProcess:
    """A process that renders the templates of one prompt at a time; it is started on first use."""

    def __init__(self, limits: TemplateLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def render(self, sources: Sequence[str], variables: str) -> list[str]:
        """Render templates, and wait for them.

        Args:
            sources: The templates.
            variables: The variables, as JSON.

        Raises:
            TemplateFailedError: One can't be rendered.
            OSError: No process can be started.
        """
        process = self._running()
        # Where a process can't end itself, this is its only limit.
        grace = 0.0 if sys.platform == "win32" else _GRACE
        timer = threading.Timer(self._limits.seconds + grace, process.kill)
        timer.start()
        try:
            limits = (
                f'"seconds":{self._limits.seconds},"characters":{self._limits.characters},'
                f'"megabytes":{self._limits.megabytes}'
            )
            _send(process, f'{{"variables":{variables},{limits}}}')
            return [self._rendered(process, index, source) for index, source in enumerate(sources)]
        except TemplateFailedError:
            raise
        except BaseException:
            self._end()
            raise
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._end()

    def _rendered(self, process: subprocess.Popen[str], index: int, source: str) -> str:
        lines: JSON = []
        with suppress(BrokenPipeError):
            _send(process, dumps({"template": source}))
        while answer := _receive(process):
            if "lines" in answer:
                lines = answer["lines"]
                continue
            if "text" in answer:
                return str(answer["text"])
            if "memory" in answer:
                # It may have kept some.
                self._end()
            raise TemplateFailedError(
                index, int(str(answer.get("line", _last(lines)))), str(answer["error"])
            )
        raise TemplateFailedError(index, _line_in(self._end(), lines), "it takes too long")

    def _running(self) -> subprocess.Popen[str]:
        if self._closed:
            raise OSError("the server is stopping")
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-I", "-W", "ignore", "-c", _START, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        return self._process

    def _end(self) -> str:
        """End the process; return what it has written about its end."""
        process, self._process = self._process, None
        if process is None:
            return ""
        process.kill()
        # It may have died with a part of its input unread.
        with suppress(OSError):
            _, written = process.communicate()
            return str(written)
        return ""


def _send(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(line + "\n")
        process.stdin.flush()


def _receive(process: subprocess.Popen[str]) -> JSONObject | None:
    line = "" if process.stdout is None else process.stdout.readline()
    found: JSONObject | None = json.loads(line) if line.endswith("\n") else None
    return found


def _line_in(dump: str, lines: JSON) -> int:
    """Return the template's line at which a process was when it died."""
    found = _FRAME.search(dump)
    line = 1
    at = 0 if found is None else int(found[1])
    for pair in lines if isinstance(lines, list) else []:
        if isinstance(pair, list) and int(str(pair[1])) <= at:
            line = int(str(pair[0]))
    return line


def _last(lines: JSON) -> int:
    last = lines[-1] if isinstance(lines, list) and lines else None
    return int(str(last[0])) if isinstance(last, list) else 1


def variables_json(variables: Mapping[str, object]) -> str:
    """Encode variables for a process."""
    return dumps(variables)
