"""A plugin of pytest: the tests that report most in little time, for ``scripts/test --quick``.

The tests of the contract, the generated package and the SDK run with one kind of client (asyncio),
and some of the server's. Random examples, faults and measurements are left to the whole suite.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

LEFT_OUT = {
    "docs": "runs every example in a process of its own",
    "generated/test_changes_random.py": "random examples",
    "generated/test_follow_command.py": "runs the generator many times",
    "generated/test_generate.py": "the same",
    "generated/test_refusals.py": "the same",
    "local_model": "installs a language model, and loads it",
    "packaging": "builds the wheel and makes environments",
    "scripts/test_downloads.py": "makes environments",
    "scripts/test_skeletons.py": "generates a package, and starts programs with it",
    "sdk/faults": "the matrix of faults",
    "sdk/test_costs.py": "measures",
    "sdk/test_growth.py": "measures, with hundreds of thousands of calls",
    "sdk/transport": "waits for deadlines, starts processes and proxies",
    "server": "starts servers, databases and jobs",
}
"""Files and folders that do not run, with the reasons."""

KEPT = (
    "sdk/transport/test_exchange.py",
    "sdk/transport/test_http1.py",
    "sdk/transport/test_with_options.py",
    "sdk/transport/test_streams.py",
    "server/test_chat.py",
    "server/test_resources.py",
    "server/test_streams.py",
)
"""Files that do run although their folder does not."""

OTHER_KINDS = {"sync", "trio"}
"""Values of parameters that stand for a kind of client other than asyncio."""


def pytest_configure() -> None:
    """Check that every path exists: a renamed file would run, or not, without notice."""
    for path in (*LEFT_OUT, *KEPT):
        if not (TESTS / path).exists():
            raise pytest.UsageError(f"quick_plugin.py names a path that does not exist: {path}")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out files before they are imported, which takes as long as running many tests."""
    if collection_path.is_dir() or not collection_path.is_relative_to(TESTS):
        return None
    path = collection_path.relative_to(TESTS)
    if path.as_posix() in KEPT:
        return None
    return True if any(path.is_relative_to(left_out) for left_out in LEFT_OUT) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of other kinds of client, and those of random examples."""
    kept, others = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        (others if _is_left_out(item) else kept).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept


def _is_left_out(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec is not None else ()
    of_another_kind = any(isinstance(value, str) and value in OTHER_KINDS for value in values)
    return of_another_kind or getattr(item.obj, "is_hypothesis_test", False)
