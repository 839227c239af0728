"""Values of the schemas of the documents: what their servers would send."""

from __future__ import annotations

from typing import Any, Final

POINT: Final[dict[str, Any]] = {
    "id": 7,
    "vector": {"text": {"indices": [1], "values": [0.5]}},
    "payload": None,
}
USER: Final[dict[str, Any]] = {"login": "ada", "id": 1}

# The document, the class, the JSON.
VALUES: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("github", "Issue", {"id": 1, "number": 2, "user": None, "labels": ["a", {"name": "b"}]}),
    (
        "github",
        "Issue",
        {
            "id": 2**40,
            "number": 1,
            "user": {"login": "x"},
            "labels": [],
            "closed_by": USER,
            "state_reason": "reopened",
            "milestone": {"title": "1"},
            "author_association": "NONE",
            "performed_via_app": {
                "permissions": {"issues": "read", "other": "write"},
                "owner": USER,
            },
            "reactions": {"+1": 3, "-1": 0, "total_count": 3},
        },
    ),
    (
        "stripe",
        "Customer",
        {
            "id": "c",
            "object": "customer",
            "created": 1,
            "livemode": True,
            "default_source": {"id": "b", "object": "bank_account", "customer": "c"},
            "sources": {"data": [{"id": "k", "object": "card", "exp_month": 2}]},
        },
    ),
    ("stripe", "DeletedCustomer", {"deleted": True, "id": "c", "object": "customer"}),
    (
        "kubernetes",
        "IoK8SApiCoreV1Pod",
        {
            "metadata": {
                "creationTimestamp": "2026-01-02T03:04:05+00:00",
                "annotations": {"a": "b"},
            },
            "spec": {
                "port": "http",
                "limits": {"cpu": 1.5, "memory": "1Gi"},
                "schema": {
                    "$ref": "#/a",
                    "properties": {"x": {"not": {"type": "string"}}},
                    "enum": [1, {"a": 2}],
                    "additionalProperties": False,
                    "allOf": [{"items": {"type": "object"}}],
                },
            },
        },
    ),
    (
        "twilio",
        "ApiV2010AccountCall",
        {"status": "no-answer", "codes": [1], "attributes": {"a": 1}},
    ),
    (
        "openai",
        "CreateChatCompletionRequest",
        {
            "model": "o9",
            "messages": [
                {"role": "system", "content": "s"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "t"},
                        {"type": "image", "url": "u", "detail": "low"},
                    ],
                },
            ],
            "stop": ["a"],
            "logit_bias": {"1": -1},
            "tool_choice": "auto",
            "temperature": 0.5,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "strict": True},
            },
            "tools": [{"type": "function", "parameters": {"a": [1]}}],
            "metadata": {"k": "v"},
        },
    ),
    (
        "openai",
        "ChatCompletion",
        {
            "id": "1",
            "object": "chat.completion",
            "service_tier": "flex",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "logprobs": {"content": [0.5]},
                    "message": {"content": None, "role": "assistant"},
                }
            ],
        },
    ),
    (
        "openai",
        "CompoundFilter",
        {
            "type": "and",
            "filters": [
                {"type": "eq", "key": "a", "value": ["x", 1]},
                {"type": "or", "filters": [{"type": "ne", "key": "b", "value": True}]},
            ],
        },
    ),
    ("qdrant", "PointStruct", POINT),
    (
        "qdrant",
        "PointStruct",
        {"id": "5c56c793-69f3-4fbf-87e6-c4bf54c28c26", "vector": [[1, 2.5]]},
    ),
    ("qdrant", "PointStruct", {"id": 2**64 - 1, "vector": {"model": "m", "text": "t"}}),
    ("qdrant", "Record", {"id": 1, "order": 1.5, "quantization": "Disabled"}),
    (
        "qdrant",
        "Record",
        {
            "id": 1,
            "quantization": {"scalar": {"type": "int8", "quantile": None}},
            "alias": {"delete_alias": {"alias_name": "a"}},
            "filter": {"should": [{"key": "k", "match": {"any": [1, 2]}}, {"has_id": [1]}, {}]},
        },
    ),
    (
        "hcloud",
        "ListServersResponse200",
        {
            "servers": [
                {
                    "id": 1,
                    "labels": {"a": "b"},
                    "protection": {"delete": True},
                    "created": "2016",
                    "iso": {"name": None, "type": None},
                    "private_net": [{"alias_ips": ["1.1.1.1"]}],
                    "image": {"id": 1, "deprecated": None},
                }
            ],
            "meta": {"pagination": {"page": 1, "next_page": None}},
        },
    ),
    (
        "hcloud",
        "GetServerMetricsResponse200",
        {"time_series": {"cpu": {"values": [[1.5, "42"]]}}},
    ),
    (
        "schemas31",
        "Value",
        {
            "id": 1,
            "colour": "blue",
            "void": None,
            "level": 2,
            "flag": True,
            "empty": [1],
            "closed": {},
            "even": {"odd": {"evens": {"a": {}}}},
            "status": "off",
            "pair": ["a", 1],
            "either": {"kind": "b", "second": 0.5},
            "inner": {"size": 1},
            "choice": {"x": 1},
            "patterned": {"x-a": "b"},
            "data": "AP8=",
            "not": 1,
            "sibling": {"name": "n", "size": 2},
            "deep": {"a": {"b": {"c": [{"d": {"k": [{"e": 1}]}}]}}},
            "tree": {"name": "a", "children": [{"parent": {"name": "b"}}]},
        },
    ),
    (
        "schemas31",
        "ValueResponse",
        {"value": {"id": "a", "colour": "red", "void": None, "choice": "abc"}},
    ),
    (
        "names",
        "List",
        {
            "dict": {
                "id": "1",
                "x": 1,
                "get": "g",
                "data": "d",
                "known": "k",
                "cls": "c",
                "self": "s",
                "when": "2026-01-02T03:04:05+00:00",
                "last": "l",
                "partial": True,
            },
            "str": "None",
            "int": {"int": 1, "bytes": "AA==", "isinstance": "i", "print": "p"},
            "type": [{"id": "2"}],
            "object": {"a": {"b": 1}},
            "decoding": "encoding",
            "None": {
                "None": "n",
                "": "e",
                "-": "m",
                " ": "b",
                "\n": "l",
                'a"b\\': "q",
                "__init__": "i",
                "__class__": "c",
                "__slots__": "s",
                "_extra": "x",
            },
            "Mapping": {"decoding": "d", "encoding": ["e"], "Field": "f", "TYPE_CHECKING": "t"},
            "datetime": {"datetime": "2026-01-02T03:04:05+00:00", "date": "2026-01-02"},
            "a-b": {"1": "a"},
            "a_b": {"2": "b"},
            "A.B": {"3": "c"},
            "日本": {"名": "n", "Ünï": "u"},
            "1st": {"2nd": "s"},
            "Error": {"Error": {"Error": {"error": "e"}}},
            "model": {
                "model": "m",
                "copy": "c",
                "to_dict": "t",
                "from_dict": "f",
                "encode": "e",
            },
        },
    ),
]
