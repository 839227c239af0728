"""What endpoints of embeddings take, and the forms of their vectors."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from julep_server.errors import ApiError
from julep_server.search.batches import Batches
from julep_server.search.openai_embedder import OpenAIEmbedder
from tests.server.helpers.raw_endpoint import Parts, RawEndpoint, Received, response

pytestmark = pytest.mark.once

MODEL = "meanings"
Responds = Callable[[Received], Parts]


def vectors_of(texts: list[str]) -> dict[str, Any]:
    return {"data": [{"index": n, "embedding": [len(t), 1.0]} for n, t in enumerate(texts)]}


def good(received: Received) -> Parts:
    return response(vectors_of(received.body["input"]))


def embedded(
    respond: Responds, *calls: list[str], path: str = "/v1"
) -> tuple[list[list[Any]], list[list[str]]]:
    """The outcomes of calls of one embedder, and the texts of each request."""
    outcomes: list[list[Any]] = []
    requests: list[Received] = []

    async def run() -> None:
        nonlocal requests
        async with RawEndpoint(respond) as endpoint:
            requests = endpoint.received
            embedder = OpenAIEmbedder(endpoint.root + path, "the-key", MODEL, 5.0)
            batches = Batches(embedder)
            try:
                outcomes.extend([await batches.each(texts) for texts in calls])
            finally:
                await embedder.close()

    anyio.run(run)
    return outcomes, [received.body["input"] for received in requests]


MANY = [f"text {number}" for number in range(40)]
EXPECTED: list[Any] = [[len(text), 1.0] for text in MANY]


@pytest.mark.parametrize("most", [1, 3, 10, 20, 32, 39])
@pytest.mark.parametrize("status", ["400 Bad Request", "413 Too Large", "422 X", "500 X"])
def test_refused_batches_are_halved_and_the_size_is_remembered(most: int, status: str) -> None:
    def respond(received: Received) -> Parts:
        if len(received.body["input"]) > most:
            return response({"error": {"message": f"at most {most} at a time"}}, status)
        return good(received)

    outcomes, requests = embedded(respond, ["first"], MANY, MANY)
    assert outcomes[1:] == [EXPECTED, EXPECTED]
    again = len(requests) - next(
        n for n, texts in enumerate(requests) if n > 1 and texts[-1] == MANY[-1]
    )
    # The second time, no batch is refused.
    assert again <= 1 + -(-40 // max(1, most // 2 + most % 2))


@pytest.mark.parametrize("status", ["400 Bad Request", "500 X"])
def test_a_bad_text_costs_one_text(status: str) -> None:
    def respond(received: Received) -> Parts:
        if "text 17" in received.body["input"]:
            return response({"error": {"message": "too long"}}, status)
        return good(received)

    outcomes, requests = embedded(respond, ["first"], MANY, MANY)
    for outcome in outcomes[1:]:
        assert isinstance(outcome[17], ApiError)
        assert [*outcome[:17], *outcome[18:]] == [*EXPECTED[:17], *EXPECTED[18:]]
    # The batch, its halves down to the text, and a harmless one.
    assert len(requests) <= 1 + 2 * 14


def test_an_endpoint_that_takes_nothing_is_not_asked_for_each_text() -> None:
    seen = 0

    def respond(received: Received) -> Parts:
        nonlocal seen
        seen += 1
        return response({"error": "no"}, "400 Bad Request")

    with pytest.raises(ApiError):
        embedded(respond, MANY)
    assert seen <= 8
    seen = -1

    def later(received: Received) -> Parts:
        return (
            good(received)
            if seen < 0 and received.body["input"] == ["first"]
            else respond(received)
        )

    with pytest.raises(ApiError):
        embedded(later, ["first"], MANY)
    assert seen <= 8


@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable"])
def test_a_refused_encoding_format_is_left_out(status: str) -> None:
    refused = 0

    def respond(received: Received) -> Parts:
        nonlocal refused
        if "encoding_format" in received.body:
            refused += 1
            return response({"detail": "encoding_format is not known here"}, status)
        return good(received)

    outcomes, _ = embedded(respond, MANY, MANY)
    assert outcomes == [EXPECTED, EXPECTED]
    assert refused == 1


def in_base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack("<2f", *vector)).decode()


def forms(texts: list[str]) -> dict[str, Any]:
    vectors = [[len(text), 1.0] for text in texts]
    indexed = vectors_of(texts)["data"]
    return {
        "every index 0": {"data": [{"index": 0, "embedding": vector} for vector in vectors]},
        "no index": {"data": [{"embedding": vector} for vector in vectors]},
        "from 1": {"data": [{**item, "index": item["index"] + 1} for item in indexed]},
        "in another order": {"data": indexed[::-1]},
        "in base64": {
            "data": [{**item, "embedding": in_base64(item["embedding"])} for item in indexed]
        },
        "of Ollama": {"embeddings": vectors},
        "alone": vectors,
    }


@pytest.mark.parametrize("form", forms([]))
def test_vectors_of_other_forms_are_read(form: str) -> None:
    outcomes, _ = embedded(lambda received: response(forms(received.body["input"])[form]), MANY)
    assert outcomes == [EXPECTED]


def test_a_url_of_embeddings_may_have_a_query_and_the_whole_path() -> None:
    for path in ("/v1?a=1", "/v1/embeddings?a=1"):
        paths: list[str] = []

        def respond(received: Received, paths: list[str] = paths) -> Parts:
            paths.append(received.path)
            return good(received)

        embedded(respond, ["one"], path=path)
        assert paths == ["/v1/embeddings?a=1"]
