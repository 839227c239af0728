"""``/v1/embeddings``: the server's embedder in OpenAI's format."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.embedding_endpoint import EmbeddingEndpoint
from tests.server.helpers.openai_api import post


@pytest.fixture(scope="module")
def embedding_api() -> Iterator[Api]:
    with (
        EmbeddingEndpoint() as endpoint,
        LocalServer(embedding_url=endpoint.url, embedding_model="dense") as server,
        Api(server.url) as api,
    ):
        yield api


def test_texts_are_embedded_in_order(embedding_api: Api) -> None:
    texts = ["The ship sails.", "A boat.", "Bread."]
    response = post(embedding_api, "embeddings", {"model": "any", "input": texts}).json()
    assert (response["object"], response["model"]) == ("list", "dense")
    assert [item["index"] for item in response["data"]] == [0, 1, 2]
    vectors = [item["embedding"] for item in response["data"]]
    for text, vector in zip(texts, vectors, strict=True):
        body = {"input": text, "encoding_format": "base64", "dimensions": len(vector)}
        (alone,) = post(embedding_api, "embeddings", body).json()["data"]
        packed = base64.b64decode(alone["embedding"])
        assert list(struct.unpack(f"<{len(vector)}f", packed)) == pytest.approx(vector)
    assert response["usage"] == {"prompt_tokens": 6, "total_tokens": 6}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "input"),
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ({"input": "a", "dimensions": 1}, "dimensions"),
    ],
)
def test_refusals_name_the_field(embedding_api: Api, body: dict[str, Any], path: str) -> None:
    response = post(embedding_api, "embeddings", body)
    assert [detail["path"] for detail in error_of(response, 422)["details"]] == [path]


def test_a_server_without_an_embedder_says_what_it_needs() -> None:
    with LocalServer(embedding_model="none") as server, Api(server.url) as api:
        error = error_of(post(api, "embeddings", {"input": "a"}), 400)
    assert error["code"] == "no_embedder"
    assert "julep[embeddings]" in error["message"]
