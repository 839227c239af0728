"""The offline embedder's tokenizer: the same tokens as the package tokenizers has."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from julep_server.search.byte_pairs import BytePairs

SPACE = "\N{LOWER ONE EIGHTH BLOCK}"


def _file() -> Path:
    found = find_spec("wordllama")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "tokenizers/l2_supercat_tokenizer_config.json"


OWN = BytePairs.from_file(_file())
PACKAGE = Tokenizer.from_file(str(_file()))
PACKAGE.no_truncation()


def expected(text: str) -> list[int]:
    return list(PACKAGE.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "  two  spaces ",
        "A cat sat on the mat; it cost 12.50 €.",
        "日本語のテキスト、とても長い",
        "emoji 😀👩‍👩‍👧 x",
        "\n\n\ttab\0\x01",
        "naïve café Ünïcödé",
        f"{SPACE}a{SPACE}{SPACE}b",
        "a" * 500,
        " " * 300,
    ],
)
def test_tokens_are_those_of_the_package(text: str) -> None:
    assert OWN.encode(text) == expected(text)


# Texts of the characters for which rules differ, and texts of any characters.
CHARACTERS = st.one_of(
    st.sampled_from(f"abcest é日😀 \n\t.,-0{SPACE}"), st.characters(codec="utf-8")
)


@given(st.text(CHARACTERS, max_size=80))
@settings(max_examples=100)
def test_tokens_of_any_text_are_those_of_the_package(text: str) -> None:
    # Names of special tokens are text here, and there they are not.
    assert OWN.encode(text.replace("<", "")) == expected(text.replace("<", ""))


def test_a_long_text_without_spaces_is_read() -> None:
    # With one pass for each merge, this would take minutes.
    assert len(OWN.encode("ab" * 100_000)) > 10_000


def test_another_kind_of_tokenizer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text('{"model": {"type": "WordPiece", "vocab": {}}}')
    with pytest.raises(ValueError, match="byte fallback"):
        BytePairs.from_file(path)
