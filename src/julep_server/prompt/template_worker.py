"""The process that renders templates: it can be ended, and its memory and time are bounded.

It reads and writes lines of JSON. The first line of a prompt has the variables and the limits, each
further one a template. Each template has two lines in return: the lines of its compiled code, which
tell where it was if the process dies, and the text or the error.
"""

from __future__ import annotations

import faulthandler
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Template, TemplateSyntaxError

from julep_server.prompt.template_sandbox import Sandbox, TimeIsUpError, line_of, run

if sys.platform != "win32":
    import resource

_HARD = 1.6
"""The time after which the process ends itself, as a multiple of that for the templates."""

_BY_THE_CLOCK = 3.5
"""The same, by the clock: a caller should not wait long on a busy machine."""

_TIMERS = hasattr(signal, "setitimer")


def main() -> None:
    """Render templates until the input ends."""
    faulthandler.enable(all_threads=False)
    if _TIMERS:
        signal.signal(signal.SIGPROF, _time_is_up)
        signal.signal(signal.SIGALRM, _time_is_up)
        # Also ends calls into C, such as the multiplication of long numbers, and says where.
        faulthandler.register(signal.SIGVTALRM, all_threads=False, chain=True)
    prompt: dict[str, Any] = {}
    left = 0.0
    for line in sys.stdin:
        received = json.loads(line)
        if "variables" in received:
            prompt, left = received, received["seconds"]
            continue
        answer, left = _answer(received["template"], prompt, left)
        _write(answer)


def _answer(source: str, prompt: dict[str, Any], left: float) -> tuple[dict[str, Any], float]:
    """Render one template; return the answer, and the seconds that are left for others."""
    template: Template | None = None
    size = prompt["characters"]
    try:
        with _memory(prompt["megabytes"]):
            try:
                _set_timers(left)
                template = _compiled(source, size)
                # The lines of a template are short; nothing else is written before its answer.
                _write({"lines": template.debug_info})
                text = run(template, prompt["variables"], size)
            finally:
                left = _stop_timers()
    except MemoryError:
        answer: dict[str, Any] = {"error": "it needs too much memory", "memory": True}
    except TimeIsUpError as error:
        answer = {"error": "it takes too long", "line": line_of(template, error.__traceback__)}
    except TemplateSyntaxError as error:
        answer = {"error": error.message or "syntax error", "line": error.lineno}
    except BaseException as error:  # noqa: BLE001 - a template can cause any exception
        message = str(error)[:1000] or type(error).__name__
        answer = {"error": message, "line": line_of(template, error.__traceback__)}
    else:
        answer = {"text": text}
    return answer, left


@lru_cache(maxsize=64)
def _compiled(source: str, size: int) -> Template:
    return Sandbox(size).from_string(source)


@contextmanager
def _memory(megabytes: int) -> Iterator[None]:
    """Bound the memory that the process may have beyond what it has, if the system can."""
    statm = Path("/proc/self/statm")
    if sys.platform == "win32" or not statm.exists():
        # The sandbox's own checks must do.
        yield
        return
    now = int(statm.read_text("ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 1024 * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _set_timers(seconds: float) -> None:
    if _TIMERS:
        seconds = max(seconds, 0.001)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds * _HARD)
        signal.setitimer(signal.ITIMER_REAL, seconds * _BY_THE_CLOCK)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _stop_timers() -> float:
    if not _TIMERS:
        return 0.0
    left, _ = signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return left


def _time_is_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeIsUpError


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
