"""Chat settings: the precedence of their layers, and their names at a model's endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from julep_server.json_text import JSON, JSONObject

# Only settings that every endpoint supports.
PRESETS: dict[str, JSONObject] = {
    "problem_solving": {"temperature": 0.2, "top_p": 0.95},
    "conversational": {"temperature": 0.7, "top_p": 0.95},
    "fun": {"temperature": 1.1, "top_p": 0.98},
    "prose": {"temperature": 0.9, "top_p": 0.95, "frequency_penalty": 0.2},
    "creative": {"temperature": 1.2, "top_p": 0.98, "presence_penalty": 0.3},
    "business": {"temperature": 0.4, "top_p": 0.9},
    "deterministic": {"temperature": 0.0, "top_p": 1.0},
    "code": {"temperature": 0.1, "top_p": 0.95},
    "multilingual": {"temperature": 0.5, "top_p": 0.95},
}

_ENDPOINT_SETTINGS = (
    "frequency_penalty",
    "length_penalty",
    "logit_bias",
    "max_tokens",
    "min_p",
    "presence_penalty",
    "repetition_penalty",
    "seed",
    "stop",
    "temperature",
    "top_p",
)


def effective_settings(
    request: JSONObject, agent: JSONObject, server: Mapping[str, JSON]
) -> JSONObject:
    """Merge the layers of settings, under the names that endpoints use.

    Args:
        request: The chat's body.
        agent: The agent's default settings.
        server: The server's defaults.

    Returns:
        The settings that a layer sets. The request's take precedence over the agent's, those over
        the preset's (the request's preset, else the agent's), and those over the server's. A null
        sets nothing.
    """
    preset = request.get("preset") or agent.get("preset")
    layers = (server, PRESETS.get(str(preset), {}), agent, request)
    merged: JSONObject = {}
    for layer in layers:
        merged |= {name: layer[name] for name in _ENDPOINT_SETTINGS if layer.get(name) is not None}
    if merged.get("seed") == -1:
        # -1 stands for a random seed, which endpoints choose when none is sent.
        del merged["seed"]
    wanted = _response_format(request.get("response_format"))
    return merged if wanted is None else {**merged, "response_format": wanted}


def _response_format(wanted: JSON) -> JSON:
    if not isinstance(wanted, dict):
        return None
    match wanted.get("type", "text"):
        case "json_object" if wanted.get("schema"):
            schema = {"name": "answer", "schema": wanted["schema"]}
            return {"type": "json_schema", "json_schema": schema}
        case "json_object":
            return {"type": "json_object"}
        case "regex":
            return {"type": "regex", "pattern": wanted.get("pattern")}
        case _:
            return None
