"""Writes the source of the site: its pages, and each page as Markdown, into a folder.

    python -m scripts.site FOLDER

The folder gets `docs` and `mkdocs.yml`, of which a generator makes the site, and `markdown`, which
is added to the site: every page as Markdown, llms.txt and llms-full.txt.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Final

from scripts.site.http_api import OPERATIONS, SCHEMAS, document, operations_page, schemas_page
from scripts.site.links import picture_target, with_links
from scripts.site.llms import full, index
from scripts.site.names import modules, page_of
from scripts.site.outline import navigation, pages
from scripts.site.reference import BASES, base_page, index_page, module_page
from scripts.site.snippets import with_snippets

HERE: Final = Path(__file__).parent


def main() -> int:
    """Write everything."""
    if len(sys.argv) != 2:
        print("usage: python -m scripts.site FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    for name in ("docs", "markdown", "site"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shown: dict[str, str] = {}
    plain: dict[str, str] = {}
    pictures: set[Path] = set()
    places = pages()
    for source, target in places.items():
        text = source.read_text(encoding="utf-8")
        for tabs, found in ((True, shown), (False, plain)):
            page = with_snippets(text, tabs=tabs)
            found[target] = with_links(page, source, target, places, pictures)
    contract = document()
    made = {OPERATIONS: operations_page(contract), SCHEMAS: schemas_page(contract)}
    made |= {"reference/index.md": index_page(), f"reference/{BASES}": base_page()}
    made |= {f"reference/{page_of(module)}": module_page(module) for module in modules()}
    plain |= made
    plain |= {"llms.txt": index(navigation(), plain), "llms-full.txt": full(navigation(), plain)}
    _write(folder / "docs", shown | made)
    _write(folder / "markdown", plain)
    for picture in pictures:
        to = folder / "docs" / picture_target(picture)
        to.parent.mkdir(exist_ok=True)
        shutil.copyfile(picture, to)
    shutil.copyfile(HERE / "site.css", folder / "docs/site.css")
    settings = (HERE / "mkdocs.yml").read_text(encoding="utf-8")
    nav = json.dumps(navigation(), indent=2, ensure_ascii=False)  # which is YAML, too
    (folder / "mkdocs.yml").write_text(f"{settings}nav: {nav}\n", encoding="utf-8")
    return 0


def _write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
