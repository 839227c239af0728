"""scripts/bench: its sections, what it refuses, and the row of a streamed token."""

from __future__ import annotations

import sys

import pytest

from benchmarks import bench, token_way

pytestmark = pytest.mark.once


def test_a_streamed_token_is_measured_by_token_way_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(rounds: int) -> token_way.Token:
        assert rounds == bench.QUICK.rounds
        return token_way.Token(30.0, 25.0)

    monkeypatch.setattr(token_way, "measure", measured)
    lines = bench.SECTIONS["a streamed token"]("a streamed token", 0, bench.QUICK)
    assert [(line.what, line.microseconds, line.ratio, line.target) for line in lines] == [
        ("beyond the sockets", 30.0, 0.6, 1.0)
    ]
    assert not [name for _, name in bench.TARGETS if "token" in name]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "serer"], "--only serer: no section has this in its name; there are: sync"),
        (["--only", "sync", "--docs"], "--docs needs all sections: leave --only out"),
    ],
)
def test_arguments_that_would_measure_nothing_or_half_a_page_are_refused(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["scripts/bench", *arguments])
    with pytest.raises(SystemExit):
        bench.main()
    assert message in capsys.readouterr().err
