"""Metrics that the processes of one server add up: each keeps its own in files of one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client finds the folder, when it is imported."""


@contextmanager
def shared_metrics(*, enabled: bool) -> Iterator[None]:
    """Name a folder for the metrics of the processes that are started in the block.

    Args:
        enabled: Whether there are metrics at all.
    """
    if not enabled:
        yield
        return
    with TemporaryDirectory(prefix="julep-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def forget_process(pid: int) -> None:
    """Remove what a process that has ended was doing; what it has counted stays."""
    if folder := os.environ.get(FOLDER):
        for file in Path(folder).glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)
