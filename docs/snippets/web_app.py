"""A web app with one client for all requests."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

import julep

app = FastAPI()
client = julep.Client()


@app.post("/conversations")
def begin(agent: str) -> str:
    """Begin a conversation with a new agent; return the id of its session."""
    created = client.agents.create(name=agent)
    return client.sessions.create(agent_id=created.id).id


@app.post("/conversations/{session_id}")
def answer(session_id: str, text: str) -> str:
    """Answer a message."""
    return client.sessions.chat(session_id, text).text


web = TestClient(app)
session_id = web.post("/conversations?agent=Sam").json()
print(web.post(f"/conversations/{session_id}?text=Hello").json())
