"""The outline of the site: which pages it has, and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from scripts.site.http_api import OPERATIONS, SCHEMAS
from scripts.site.names import module_sections, page_of
from scripts.site.places import ROOT
from scripts.site.reference import BASES

DOCS: Final = ROOT / "docs"

# Titles are those of the navigation; a page has its own.
SECTIONS: Final[dict[str, dict[str, str]]] = {
    "Start": {"Julep": "README.md", "Five-minute start": "docs/start.md"},
    "Tutorials": {
        "A support bot with memory": "docs/tutorials/support-bot.md",
        "Your documents": "docs/tutorials/documents.md",
        "Tools": "docs/tutorials/tools.md",
        "Structured output": "docs/tutorials/structured-output.md",
        "A web app": "docs/tutorials/web-app.md",
    },
    "Guides": {
        "The SDK at a glance": "docs/guide.md",
        "Models": "docs/models.md",
        "Streams": "docs/streams.md",
        "Tools and typed answers": "docs/tools.md",
        "Errors, retries, timeouts": "docs/transport.md",
        "Concurrency": "docs/concurrency.md",
        "What the model sees": "docs/explanations.md",
        "Logging and tracing": "docs/observability.md",
        "Testing": "docs/testing.md",
        "The command line": "docs/command-line.md",
        "Migrating from 0.3": "docs/migration.md",
        "Migrating from 2.x": "docs/migration-2.md",
        "Changing the API": "docs/regenerating.md",
    },
    "The server": {
        "Self-hosting": "docs/server/self-hosting.md",
        "Configuration": "docs/server/configuration.md",
        "Operations and backups": "docs/server/operations.md",
        "PostgreSQL": "docs/server/postgresql.md",
        "Security": "docs/server/security.md",
        "Models of the server": "docs/server/models.md",
        "Recall": "docs/server/recall.md",
        "Memories": "docs/server/memories.md",
        "Jobs": "docs/server/jobs.md",
        "Keys, tenants and limits": "docs/server/keys.md",
        "Export and import": "docs/server/export.md",
        "OpenAI's API": "docs/server/openai.md",
        "Looking into a server": "docs/server/looking-in.md",
        "Deviations": "docs/server/deviations.md",
    },
}
ABOUT: Final = {
    "Architecture": "docs/architecture.md",
    "Performance": "docs/performance.md",
    "All pages": "docs/README.md",
    "Contributing": "CONTRIBUTING.md",
    "Tests": "tests/README.md",
}

# Where a page of a folder belongs.
FOLDERS: Final = {
    "Tutorials": "docs/tutorials",
    "Guides": "docs",
    "The server": "docs/server",
}

Nav = Sequence[Mapping[str, "str | Nav"]]


def target_of(source: Path) -> str:
    """Return where a page of the repository is on the site."""
    path = source.relative_to(ROOT).as_posix()
    moved = {
        "README.md": "index.md",
        "docs/README.md": "all-pages.md",
        "CONTRIBUTING.md": "contributing.md",
        "tests/README.md": "tests.md",
    }
    return moved.get(path) or path.removeprefix("docs/")


def sections() -> dict[str, dict[str, str]]:
    """Return the sections with their pages; one that is not listed above comes last."""
    found = {title: dict(section) for title, section in SECTIONS.items()}
    listed = {path for section in (*found.values(), ABOUT) for path in section.values()}
    for title, folder in FOLDERS.items():
        for page in sorted((ROOT / folder).glob("*.md")):
            path = page.relative_to(ROOT).as_posix()
            if path not in listed:
                found[title][_title(page)] = path
    return found


def pages() -> dict[Path, str]:
    """Return the pages that are files of the repository, with their places on the site."""
    named = [path for section in (*sections().values(), ABOUT) for path in section.values()]
    sources = [*(ROOT / path for path in named), *_decisions()]
    return {source: target_of(source) for source in sources}


def navigation() -> Nav:
    """Return the navigation."""
    nav: Nav = [
        {title: [{name: target_of(ROOT / path)} for name, path in section.items()]}
        for title, section in sections().items()
    ]
    reference: Nav = [
        {"Index": "reference/index.md"},
        *(
            {title: [{one: f"reference/{page_of(one)}"} for one in listed]}
            for title, listed in module_sections().items()
        ),
        {"Base classes": f"reference/{BASES}"},
    ]
    decisions: Nav = [{_title(one): target_of(one)} for one in _decisions()]
    about: Nav = [{name: target_of(ROOT / path)} for name, path in ABOUT.items()]
    return [
        *nav,
        {"Reference": reference},
        {"HTTP API": [{"Operations": OPERATIONS}, {"Schemas": SCHEMAS}]},
        {"About": [*about, {"Decisions": decisions}]},
    ]


def _decisions() -> list[Path]:
    return sorted((DOCS / "decisions").glob("*.md"))


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
