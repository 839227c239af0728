"""Files as documents: Markdown, HTML, PDF and text in parts that begin with their headings."""

from __future__ import annotations

from io import BytesIO

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from julep._documents.front_matter import front_matter
from julep._documents.parts import MAX_PART, Section, markdown, parts_of
from julep._documents.readers import SUFFIXES, UnreadableFileError, read_document

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "title", "parts"),
    [
        ("Only text.", "notes", ["Only text."]),
        ("# A\n\n## B ##\nText\n### C\n\n# D\nEnd", "A", ["A > B\n\nText", "D\n\nEnd"]),
        ("A\n===\nText\n\nB\n---\nMore", "A", ["A\n\nText", "A > B\n\nMore"]),
        ("---\nlayout: x\n---\n# A\nText", "A", ["A\n\nText"]),
        ("---\ntitle: x\n---\n# A\nText", "x", ["A\n\nText"]),
        ("# A\n```sh\n# no heading\n```\n~~~\n# none\n~~~", "A", None),
        ("#hashtag\n\n| a | b |\n|---|---|\n| 1 | 2 |", "notes", None),
        ("\ufeff# A\r\n\r\nText", "A", ["A\n\nText"]),
        ("One\n\n---\n\nTwo", "notes", None),
    ],
)
def test_markdown(text: str, title: str, parts: list[str] | None) -> None:
    found = read_document("notes.md", text.encode())
    assert found.title == title
    assert found.parts == parts if parts is not None else len(found.parts) == 1


@pytest.mark.parametrize(
    ("block", "title"),
    [
        ("title: Opening hours", "Opening hours"),
        ("# of a site\ntags:\n  - a\n- b\n\ntitle:   'It''s open' # now\nx.y-z: 1", "It's open"),
        ('title: "A \\"B\\": C"', 'A "B": C'),
        ("title: C# in a day # a comment", "C# in a day"),
        # Numbers, dates and words are as they are written.
        ("title: 2026", "2026"),
        ("title: 1.10", "1.10"),
        ("title: 2026-11-26", "2026-11-26"),
        ("title: yes", "yes"),
        ('title: "null"', "null"),
        ("title: null and void", "null and void"),
        # What YAML has for long texts, and what follows escapes.
        ("title: |\n  Long", "Long"),
        ("title: >-  # folded\n  Long\n  and longer\n\nx: 1", "Long and longer"),
        ("title: Long\n  and longer", "Long and longer"),
        ("title:\n  'Long", "'Long"),
        ('title: "Long\n  and \\\n  longer"', "Long and longer"),
        (r'title: "Caf\u00e9\n\x41\U0001F600 C:\docs \UFFFFFFFF"', "Café A😀 C:\\docs \\UFFFFFFFF"),
        ("title: !!str 12", "12"),
        ("title: &name Hours", "Hours"),
        # No YAML, but what is meant is plain.
        ("title: Hours: when it opens", "Hours: when it opens"),
        ("title: [Draft] Hours", "[Draft] Hours"),
        ("title: *Hours* and days", "*Hours* and days"),
        # Names as other programs write them.
        ('"title": Hours', "Hours"),
        ("date created: today\nog:title: x\ntitle: Hours", "Hours"),
        # Those without a title that is a text: that of the heading remains.
        ("title:", "Top"),
        ("title: null", "Top"),
        ("title: ~ # none", "Top"),
        ("title: NULL", "Top"),
        ("title: ''", "Top"),
        ('title: "  "', "Top"),
        ("title: |", "Top"),
        ("title: !!null", "Top"),
        ("title: *other", "Top"),
        ("title: [a, b]", "Top"),
        ("title: [a,\n  b]", "Top"),
        ("title: {en: Hours}", "Top"),
        ("title:\n  en: Hours", "Top"),
        ("title:\n  - Hours", "Top"),
        ("title:\n- Hours\n-\n", "Top"),
        ("title: 'a' b", "Top"),
        ("  title: deep", "Top"),
        ("Title: x", "Top"),
    ],
)
def test_front_matter(block: str, title: str) -> None:
    found = read_document("notes.md", f"---\n{block}\n---\n# Top\nText".encode())
    assert (found.title, found.parts) == (title, ["Top\n\nText"])


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\nText without an end",
        "---\ntitle: x\nA line.\n---\n",
        "\n---\ntitle: x\n---\n",
        "----\ntitle: x\n---\n",
        "--- \ntitle:x\n---\n",
    ],
)
def test_a_block_of_another_form_is_text(text: str) -> None:
    found = read_document("notes.md", text.encode())
    assert "title:" in "\n".join([found.title, *found.parts])


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=40)
_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.lists(_WORDS, max_size=2)
)
_ASIDE = st.dictionaries(st.sampled_from(["a", "tags", "the date"]), _VALUES | _WORDS, max_size=2)


@given(_WORDS, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(10, 80), _ASIDE)
def test_titles_are_read_as_yaml_writes_them(
    title: str, style: str | None, width: int, aside: dict[str, object]
) -> None:
    written = yaml.dump({"title": title}, default_style=style, width=width, allow_unicode=True)
    block = f"{yaml.dump(aside) if aside else ''}{written}b: 1\n"
    # A style may quote names, too, and write what they refer to; both stay YAML of this title.
    assert yaml.safe_load(block)["title"] == title
    found, lines = front_matter(["---", *block.splitlines(), "---", "Text"])
    assert (found, lines) == (" ".join(title.split()) or None, ["Text"])


@given(_VALUES)
def test_titles_that_are_no_texts_for_yaml(value: object) -> None:
    block = yaml.dump({"title": value})
    found, _ = front_matter(["---", *block.splitlines(), "---"])
    is_shown = value is not None and not isinstance(value, list)
    assert found == (block.removeprefix("title: ").strip() if is_shown else None)


@given(st.text())
def test_any_text_behind_a_line_of_front_matter_is_read(text: str) -> None:
    title, lines = front_matter(["---", *text.splitlines()])
    assert title is None or title.strip()
    assert lines == text.splitlines()[len(text.splitlines()) - len(lines) :] or lines[0] == "---"


@pytest.mark.parametrize(
    ("text", "title", "parts"),
    [
        (
            (
                "<title>T &amp; x</title><style>p{}</style><script>1<2</script><nav>Menu</nav>"
                "<h1>Top</h1><p>One <b>two</b>\n three</p><ul><li>a</li><li>b</ul>"
                "<h2>Sub</h2><table><tr><td>1</td><td>2</td></tr></table><pre>x  y\n z</pre>"
            ),
            "T & x",
            ["Top\n\nOne two three\n\n- a\n- b", "Top > Sub\n\n1 2\n\nx  y\n z"],
        ),
        ("<h1>Top<p>open", "page", None),
        ("plain", "page", ["plain"]),
    ],
)
def test_html(text: str, title: str, parts: list[str] | None) -> None:
    if parts is None:
        with pytest.raises(UnreadableFileError, match="no text"):
            read_document("page.html", text.encode())
        return
    found = read_document("page.html", text.encode())
    assert (found.title, found.parts) == (title, parts)


def test_the_encoding_that_a_page_declares() -> None:
    page = '<meta charset="latin-1"><p>Blåbær</p>'
    assert read_document("a.htm", page.encode("latin-1")).parts == ["Blåbær"]
    assert read_document("a.txt", "Blåbær".encode("utf-16")).parts == ["Blåbær"]
    escaped = b"<meta charset=unicode_escape><p>a\\ud800b"
    assert read_document("a.html", escaped).parts == ["ab"]  # no half of a character


def pdf(*pages: str, title: str | None = None, password: str | None = None) -> bytes:
    """Write a file that has a line of text on each page."""
    writer = PdfWriter()
    add = writer._add_object  # pyright: ignore[reportPrivateUsage] - there is no public one
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = add(stream)
        fonts = DictionaryObject({NameObject("/F1"): add(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if title is not None:
        writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password, algorithm="RC4-40")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_pdf() -> None:
    found = read_document("hours.PDF", pdf("It opens at ten.", "Prices", title="Handbook"))
    assert found.title == "Handbook"
    assert found.parts == ["Page 1\n\nIt opens at ten.", "Page 2\n\nPrices"]
    assert read_document("hours.pdf", pdf("a")).title == "hours"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"%PDF-1.4 broken", "it cannot be read as PDF"),
        ("a.pdf", b"", "it cannot be read as PDF"),
        ("a.pdf", pdf("a", password="x"), "it is encrypted"),
        ("a.pdf", pdf(""), "it has no text"),
        ("a.md", b"# Heading\n", "it has no text"),
        ("a.md", b"---\ntitle: x\n---\n", "it has no text"),
        ("a.txt", b"a\0b", "binary data"),
        ("a.txt", b"\xff", "it is not text in utf-8"),
        ("a.html", b"<meta charset=nothing>a", "it is not text in nothing"),
        ("a.html", b"<meta charset=undefined>a", "it is not text in undefined"),
    ],
)
def test_files_without_a_text(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_document(name, data)


@given(st.sampled_from(sorted(SUFFIXES - {".pdf"})), st.text(max_size=400))
def test_every_text_is_read_or_refused(suffix: str, text: str) -> None:
    try:
        found = read_document(f"a{suffix}", text.encode(errors="replace"))
    except UnreadableFileError:
        return
    assert all(part.strip() and len(part) <= MAX_PART for part in found.parts)


@given(st.lists(st.text("ab \n.", max_size=60), max_size=80), st.text("h", max_size=300))
def test_parts_lose_no_word_and_are_short(words: list[str], heading: str) -> None:
    text = " ".join(words)
    headings = (heading,) if heading else ()
    parts = parts_of([Section(headings, text)])
    head = f"{heading[-200:]}\n\n" if heading else ""
    assert all(part.startswith(head) and len(part) <= MAX_PART for part in parts)
    assert "".join("".join(part.removeprefix(head) for part in parts).split()) == "".join(
        text.split()
    )


def test_a_long_text_is_split_once() -> None:
    """Each part copies itself alone; with the rest of the text, this would take minutes."""
    parts = parts_of([Section((), "word " * 2_000_000)])
    assert len(parts) == 12_500


def test_a_long_section_keeps_its_headings() -> None:
    text = "# Handbook\n## Hours\n" + "It opens at ten. " * 200
    parts = parts_of(markdown(text).sections())
    assert len(parts) > 3
    assert all(part.startswith("Handbook > Hours\n\nIt opens") for part in parts)
