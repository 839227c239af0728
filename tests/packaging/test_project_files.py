"""What a project has beside its code: forms, policies, changelog, metadata, the README as HTML."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import readme_renderer.markdown
import yaml

import julep
from tests.packaging.helpers.wheel import ROOT

pytestmark = pytest.mark.once

FORMS = ROOT / ".github/ISSUE_TEMPLATE"
# As GitHub defines forms: the kinds of fields, and those that ask something.
ASKING = {"textarea", "input", "dropdown", "checkboxes"}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("form", ["bug.yml", "feature.yml"])
def test_an_issue_form_has_the_shape_that_github_reads(form: str) -> None:
    found = yaml.safe_load((FORMS / form).read_text("utf-8"))
    assert found.keys() <= {"name", "description", "title", "labels", "assignees", "body"}
    assert found["name"]
    assert found["description"]
    ids = [field["id"] for field in found["body"]]
    assert len(set(ids)) == len(ids) > 1
    for field in found["body"]:
        assert field["type"] in ASKING
        assert field["attributes"]["label"]
        assert field.keys() <= {"type", "id", "attributes", "validations"}
        assert (field["type"] in {"dropdown", "checkboxes"}) == ("options" in field["attributes"])


def test_a_vulnerability_is_not_reported_by_a_form() -> None:
    found = yaml.safe_load((FORMS / "config.yml").read_text("utf-8"))
    [private, _] = found["contact_links"]
    assert private["url"].endswith("/security/advisories/new")
    assert private["url"] in (ROOT / "SECURITY.md").read_text("utf-8")


def test_paths_in_the_template_of_pull_requests_exist() -> None:
    text = (ROOT / ".github/PULL_REQUEST_TEMPLATE.md").read_text("utf-8")
    paths = re.findall(r"`((?:scripts|docs|generated)/[\w/]*)`", text)
    assert len(paths) == 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_links_from_policies_exist() -> None:
    home = f"{PROJECT['urls']['Homepage']}/blob/main/"
    for page in ("SECURITY.md", "CODE_OF_CONDUCT.md"):
        links = re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text("utf-8"))
        assert [link for link in links if not link.startswith("https://")] == []
        files = [link.removeprefix(home) for link in links if link.startswith(home)]
        assert [file for file in files if not (ROOT / file).exists()] == []


def test_classifiers_follow_the_project() -> None:
    found: list[str] = PROJECT["classifiers"]
    assert found == sorted(set(found))
    lowest = PROJECT["requires-python"].removeprefix(">=")
    named = [line.rpartition(" ")[2] for line in found if "Python :: 3." in line]
    assert named[0] == lowest
    assert [f"3.{11 + number}" for number in range(len(named))] == named
    # 3.0.0a1 is an alpha.
    assert ("Development Status :: 3 - Alpha" in found) == ("a" in julep.__version__)


def test_the_changelog_can_be_built_of_the_fragments() -> None:
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "## 9.9.9" in draft
    spaced = re.sub(r"\s+", " ", draft)
    fragments = list((ROOT / "docs/changes").glob("*.md"))
    assert len(fragments) > 100
    lost = [
        path.name
        for path in fragments
        if re.sub(r"\s+", " ", path.read_text("utf-8")).strip() not in spaced
    ]
    assert lost == []
    assert "<!-- releases start here -->\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_a_package_index_renders_the_readme_whole() -> None:
    """With the renderer of PyPI, which removes what it does not permit."""
    html = readme_renderer.markdown.render((ROOT / PROJECT["readme"]).read_text("utf-8"))
    assert html is not None
    prose = re.sub(r"<pre.*?</pre>|<code>.*?</code>", "", html, flags=re.DOTALL)
    # Marks that are left are Markdown that the index would show as text.
    assert re.findall(r"```|\]\(|^\s*\|.*\|\s*$|^#+ |<!--|&lt;", prose, re.MULTILINE) == []
    assert html.count("<pre") >= 8
    assert len(re.findall(r'<img src="https://[^"]+\.svg" alt=', html)) == 1
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    headings = [address for address in addresses if address.startswith("#user-content-")]
    assert len(addresses) - len(headings) > 10
    assert all(address.startswith("https://") for address in {*addresses} - {*headings})
