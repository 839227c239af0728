"""Rendering of templates, which callers write: their time, their size and their memory are bounded.

Plain templates are rendered in this process, with their steps counted. All others are rendered in
processes of their own, which can be ended. A prompt that failed fails again without being tried.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jinja2 import Template as CompiledTemplate

from julep_server.errors import ApiError, invalid_field, unavailable
from julep_server.prompt.plain_templates import MAX_VARIABLES, PlainTemplates, StepsSpentError
from julep_server.prompt.template_process import (
    TemplateFailedError,
    TemplateLimits,
    TemplateProcess,
    variables_json,
)
from julep_server.prompt.template_sandbox import line_of

PROCESSES = 2
"""Processes that render templates at the same time."""

_MAX_WAITING = 100
_FAILED_FOR = 60.0
_IDS = re.compile(r'"id":"[^"\\]*"')
_MAX_FAILED = 1000


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        path: The path of its field, for errors.
    """

    path: str
    source: str


class TemplateRenderer:
    """Renders the templates of prompts.

    Args:
        limits: What the templates of one prompt may take.
    """

    def __init__(self, limits: TemplateLimits) -> None:
        self._limits = limits
        self._plain = PlainTemplates(limits.characters)
        self._threads = ThreadPoolExecutor(PROCESSES, "julep-templates")
        self._own = threading.local()
        self._processes: list[TemplateProcess] = []
        self._waiting = 0
        self._failed: OrderedDict[bytes, tuple[float, TemplateFailedError]] = OrderedDict()

    async def render(
        self, templates: Sequence[Template], variables: Mapping[str, object]
    ) -> list[str]:
        """Render templates.

        Args:
            templates: All templates of a prompt, which share the limits.
            variables: The variables that they can use.

        Raises:
            ApiError: 422 that names the template's line; 503 when too many are waiting.
        """
        texts = {template.source: _without_templates(template.source) for template in templates}
        sources = [source for source, text in texts.items() if text is None]
        if sources:
            rendered = await self._rendered(templates, sources, variables)
            texts.update(zip(sources, rendered, strict=True))
        return [str(texts[template.source]) for template in templates]

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()
        self._threads.shutdown()

    async def _rendered(
        self, templates: Sequence[Template], sources: Sequence[str], variables: Mapping[str, object]
    ) -> list[str]:
        try:
            try:
                return await asyncio.to_thread(self._render_plain, sources, variables)
            except StepsSpentError:
                return await self._render_apart(sources, variables)
        except TemplateFailedError as error:
            failed = sources[error.index]
            path = next(template.path for template in templates if template.source == failed)
            # It may quote a text of the template, with half of a surrogate pair.
            reason = error.message.encode("utf-8", "backslashreplace").decode("utf-8")
            message = f"template error in line {error.line}: {reason}"
            raise invalid_field(path, message) from None

    def _render_plain(self, sources: Sequence[str], variables: Mapping[str, object]) -> list[str]:
        """Render plain templates.

        Raises:
            StepsSpentError: Not all are plain, or they take too many steps.
        """
        compiled: list[CompiledTemplate] = []
        for source in sources:
            template = self._plain.compiled(source)
            if template is None:
                raise StepsSpentError
            compiled.append(template)
        if len(variables_json(variables)) > MAX_VARIABLES:
            raise StepsSpentError
        steps = [0]
        texts: list[str] = []
        for index, template in enumerate(compiled):
            try:
                texts.append(self._plain.run(template, variables, steps, self._limits.characters))
            except StepsSpentError:
                raise
            except Exception as error:  # noqa: BLE001 - a template can cause any exception
                message = str(error) or type(error).__name__
                line = line_of(template, error.__traceback__)
                raise TemplateFailedError(index, line, message) from None
        return texts

    async def _render_apart(
        self, sources: Sequence[str], variables: Mapping[str, object]
    ) -> list[str]:
        if self._waiting >= _MAX_WAITING:
            raise ApiError(
                503,
                "templates_busy",
                "too many templates are being rendered",
                headers={"Retry-After": "1"},
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._in_process, sources, variables
            )
        finally:
            self._waiting -= 1

    def _in_process(self, sources: Sequence[str], variables: Mapping[str, object]) -> list[str]:
        encoded = variables_json(variables)
        # Not by the ids, by which alone the sessions of a template often differ.
        known = _IDS.sub("", encoded)
        key = hashlib.sha256("\0".join([known, *sources]).encode("utf-8")).digest()
        until, failure = self._failed.get(key, (0.0, None))
        if failure is not None and time.monotonic() < until:
            raise failure
        if not hasattr(self._own, "process"):
            self._own.process = TemplateProcess(self._limits)
            self._processes.append(self._own.process)
        process: TemplateProcess = self._own.process
        try:
            return process.render(sources, encoded)
        except TemplateFailedError as error:
            self._failed[key] = time.monotonic() + _FAILED_FOR, error
            while len(self._failed) > _MAX_FAILED:
                self._failed.popitem(last=False)
            raise
        except OSError as error:
            message = f"templates can't be rendered: {error}"
            raise unavailable("templates_unavailable", message) from error


def _without_templates(source: str) -> str | None:
    """Return the text of a source that has no template in it, as Jinja would; else None."""
    if "{" in source or "\r" in source:
        return None
    return source.removesuffix("\n")
