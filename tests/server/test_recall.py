"""Recall in chats: the documents in the prompt, and their ids in the response."""

from __future__ import annotations

import time
from typing import Any

import pytest

from julep_server import LocalServer
from julep_server.settings import Settings
from tests.server.helpers.api import Api
from tests.server.helpers.endpoint import Endpoint

CAT = {"title": "The keeper", "content": "The lighthouse keeper's cat is called Tove."}
TEA = {"title": "Tea", "content": ["The user drinks green tea.", "Never with milk."]}


def ids(response: dict[str, Any]) -> list[list[str]]:
    return [response["doc_ids"]["agent_doc_ids"], response["doc_ids"]["user_doc_ids"]]


def text_of(response: dict[str, Any]) -> str:
    return str(response["response"][0][0]["content"])


def docs_of(api: Api, path: str) -> list[str]:
    return [item["id"] for item in api.get(f"/{path}/docs").json()["items"]]


def filler(size: int) -> str:
    """Text of a size in characters that no question of these tests is about."""
    sentences = [f"Row {number} lists barrels, ropes and lanterns. " for number in range(30_000)]
    return "".join(sentences)[:size]


def test_documents_of_agent_and_user_are_recalled(api: Api) -> None:
    agent, user = api.make("agents", docs=[CAT])["id"], api.make("users", docs=[TEA])["id"]
    session = api.make("sessions", agent_id=agent, user_id=user)["id"]
    of_agent, of_user = docs_of(api, f"agents/{agent}"), docs_of(api, f"users/{user}")
    about_cat = api.reply(session, "What is the keeper's cat called?")
    assert ids(about_cat) == [of_agent, []]
    assert "is called Tove" in text_of(about_cat)
    about_tea = api.reply(session, "Which tea do I drink?")
    assert ids(about_tea) == [[], of_user]
    both = api.reply(session, "Does the cat drink tea?", recall=None)
    assert ids(both) == [of_agent, of_user]
    assert ids(api.reply(session, "Hello, how are you?")) == [[], []]


def test_recall_false_recalls_nothing(api: Api) -> None:
    agent = api.make("agents", docs=[CAT])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    response = api.reply(session, "What is the cat called?", recall=False)
    assert ids(response) == [[], []]
    assert "Tove" not in text_of(response)


def test_recalled_texts_follow_the_instructions_in_the_prompt(
    model_api: Api, endpoint: Endpoint
) -> None:
    content = "About tea:\n\nIt is green."
    agent = model_api.make(
        "agents", instructions="Be kind.", docs=[{"title": "Tea", "content": content}]
    )["id"]
    session = model_api.make("sessions", agent_id=agent, situation="A kitchen.")["id"]
    model_api.reply(session, "Which tea?")
    assert endpoint.requests[-1]["messages"][0]["content"] == (
        "A kitchen.\n\nThe agent's name is Ada.\n\nInstructions:\n- Be kind.\n\n"
        "From the document Tea: About tea:\nIt is green."
    )


def test_a_document_of_many_chunks_is_named_once(api: Api) -> None:
    pieces = [f"Tea number {number} is green." for number in range(20)]
    agent = api.make("agents", docs=[{"title": "Teas", "content": pieces}])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    response = api.reply(session, "Which tea is green?")
    assert ids(response) == [docs_of(api, f"agents/{agent}"), []]
    assert text_of(response).count("From the document Teas") == 5


def test_nothing_of_another_owner_is_recalled(api: Api) -> None:
    api.make("agents", docs=[CAT])
    api.make("users", docs=[CAT])
    response = api.reply(api.make("sessions")["id"], "What is the keeper's cat called?")
    assert ids(response) == [[], []]
    assert "Tove" not in text_of(response)


def test_a_deleted_document_is_not_recalled(api: Api) -> None:
    agent = api.make("agents", docs=[CAT])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    (doc,) = docs_of(api, f"agents/{agent}")
    api.delete(f"/agents/{agent}/docs/{doc}")
    assert ids(api.reply(session, "What is the cat called?")) == [[], []]


@pytest.mark.parametrize(
    ("content", "question"),
    [
        ("Die Bäckerei öffnet um neun.", "Wann öffnet die BACKEREI?"),
        ("灯台の猫の名前はトーヴェです。", "猫の名前は?"),
        ("She was walking home.", "Who walks home?"),
        ("x" * 50, '"' + "x" * 50 + '" AND (NOT *'),
    ],
)
def test_words_are_found_in_other_forms(api: Api, content: str, question: str) -> None:
    agent = api.make("agents", docs=[{"title": "-", "content": content}])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    parts = [{"type": "text", "text": question}]
    response = api.reply(session, messages=[{"role": "user", "content": parts}])
    assert ids(response)[0] == docs_of(api, f"agents/{agent}")


def test_a_streamed_chat_names_its_documents(api: Api) -> None:
    agent = api.make("agents", docs=[CAT])["id"]
    session = api.make("sessions", agent_id=agent)["id"]
    events = api.events(session, "What is the cat called?")
    assert events[-2].data["doc_ids"]["agent_doc_ids"] == docs_of(api, f"agents/{agent}")


@pytest.mark.parametrize(
    ("items", "distance", "recalled"), [(0, 1.0, 0), (1, 1.0, 1), (9, 1.0, 2), (9, 0.0, 1)]
)
def test_the_amount_of_recall_is_a_setting(items: int, distance: float, recalled: int) -> None:
    far = {"title": "Ships", "content": "A keeper counts the ships, and writes them in a book."}
    with (
        LocalServer(recall_items=items, recall_distance=distance) as server,
        Api(server.url) as api,
    ):
        agent = api.make("agents", docs=[CAT, far])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        response = api.reply(session, "What is the cat of the keeper called?")
        assert len(ids(response)[0]) == recalled


@pytest.mark.parametrize("wrong", [{"recall_items": -1}, {"recall_distance": 1.1}])
def test_recall_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{min(wrong)} must"):
        Settings(**wrong)


def test_a_document_is_recalled_after_two_hundred_turns(api: Api) -> None:
    text = filler(1_000_000)
    middle = len(text) // 2
    first = f"{text[:middle]} The keeper of Grip lighthouse has a cat, Tove. {text[middle:]}"
    agent = api.make("agents")["id"]
    path = f"/agents/{agent}/docs"
    made, took = list[str](), list[float]()
    for number, content in enumerate([first, filler(1_000_000), filler(1_000_000)]):
        began = time.process_time()
        made.append(api.post(path, {"title": f"Log {number}", "content": content}).json()["id"])
        took.append(time.process_time() - began)
    session = api.make("sessions", agent_id=agent, token_budget=4000, context_overflow="truncate")
    for number in range(200):
        api.reply(session["id"], f"Turn {number}.", recall=number % 50 == 0)
    began = time.process_time()
    response = api.reply(session["id"], "What is the cat at Grip lighthouse called?")
    searching = time.process_time() - began
    assert "has a cat, Tove" in text_of(response)
    assert ids(response) == [made[:1], []]
    assert len(api.history(session["id"], limit=1000)) == 402
    # Of the processor's time, which a busy machine does not change much: far above what they take.
    assert (min(took) < 5, searching < 2) == (True, True), (took, searching)
