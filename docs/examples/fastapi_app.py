"""A FastAPI app whose responses are Julep's models, with a chat that is streamed.

It uses the server that `JULEP_API_URL` names, or one that was started by `julep serve`:

    uvicorn docs.examples.fastapi_app:app
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

import julep
from julep.types import Agent, ChatResponse, CreateAgentRequest, CreateUserRequest, Session, User


class NewSession(BaseModel):
    """The agent and the user of a session."""

    agent_id: UUID
    user_id: UUID


class Question(BaseModel):
    """A message of the user."""

    text: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Keep one client for all requests: it holds the connections."""
    async with julep.AsyncClient(application="fastapi-example") as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


def client_of(request: Request) -> julep.AsyncClient:
    """Return the client of the app."""
    client: julep.AsyncClient = request.app.state.client
    return client


Client = Annotated[julep.AsyncClient, Depends(client_of)]


@app.exception_handler(julep.ApiError)
def report(request: Request, error: julep.ApiError) -> JSONResponse:
    """Respond with the status of an error of the API, such as 404."""
    del request
    return JSONResponse({"detail": error.message}, error.status_code)


@app.post("/agents", status_code=201)
async def create_agent(new: Annotated[CreateAgentRequest, Body()], client: Client) -> Agent:
    """Create an agent; the documentation of the app shows the fields of both models."""
    return await client.agents.create(
        name=new.name, about=new.about or "", instructions=new.instructions or []
    )


@app.post("/users", status_code=201)
async def create_user(new: Annotated[CreateUserRequest, Body()], client: Client) -> User:
    """Create a user."""
    return await client.users.create(name=new.name or "", about=new.about or "")


@app.post("/sessions", status_code=201)
async def create_session(new: NewSession, client: Client) -> Session:
    """Create a session of a user with an agent."""
    return await client.sessions.create(agent_id=new.agent_id, user_id=new.user_id)


@app.get("/sessions")
async def list_sessions(client: Client, limit: int = 20) -> list[Session]:
    """List the newest sessions."""
    return await client.sessions.list(limit=limit)


@app.post("/sessions/{session_id}/chat")
async def chat(session_id: UUID, question: Question, client: Client) -> ChatResponse:
    """Send a message, and respond with the whole answer."""
    return await client.sessions.chat(session_id, question.text)


@app.post("/sessions/{session_id}/stream")
async def stream(session_id: UUID, question: Question, client: Client) -> StreamingResponse:
    """Send a message, and respond with the text while the model writes it."""
    answer = client.sessions.stream(session_id, question.text)
    await answer.open()  # errors are raised here, before the response begins

    async def texts() -> AsyncIterator[str]:
        async with answer:
            async for text in answer.text_stream:
                yield text

    return StreamingResponse(texts(), media_type="text/plain")
