"""Workers and a queue of tasks: questions in a table of SQLite, answered by workers of any process.

A worker takes a task for a limited time. If its process ends in between, another one takes the task
again; since each request has the task's id as its Idempotency-Key, the server answers a question
once that was sent twice. A second run answers what was added since.

    python workers.py questions.db "What is a prime number?" "Who was Grace Hopper?"
"""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import NamedTuple
from uuid import uuid4

import anyio

import julep
from julep_server import LocalServer

WORKERS = 3
LEASE_SECONDS = 60.0
TABLE = """
create table if not exists tasks (
    id text primary key, question text not null, answer text, taken_until real not null default 0
)
"""
# One statement, so that no two workers take the same task.
TAKE = """
update tasks set taken_until = :until
where id = (select id from tasks where answer is null and taken_until < :now limit 1)
returning id, question
"""


class Task(NamedTuple):
    """A question to answer."""

    id: str
    question: str


class Queue:
    """Tasks in a file, which several processes may share."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._database.execute(TABLE)

    def add(self, question: str) -> None:
        """Add a task."""
        row = (str(uuid4()), question)
        self._database.execute("insert into tasks (id, question) values (?, ?)", row)

    def take(self) -> Task | None:
        """Take a task that no worker has, or whose worker has been gone for too long."""
        now = time.time()
        rows = self._database.execute(TAKE, {"until": now + LEASE_SECONDS, "now": now}).fetchall()
        return Task(*rows[0]) if rows else None

    def finish(self, task: Task, answer: str) -> None:
        """Store the answer to a task."""
        self._database.execute("update tasks set answer = ? where id = ?", (answer, task.id))

    def answers(self) -> list[tuple[str, str]]:
        """Return all questions with their answers."""
        done = "select question, answer from tasks where answer is not null order by rowid"
        return self._database.execute(done).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


async def work(queue: Queue, client: julep.AsyncClient, agent_id: str) -> None:
    """Answer tasks until none is left."""
    while task := queue.take():
        keyed = client.with_options(headers={"Idempotency-Key": task.id})
        session = await keyed.sessions.create(agent_id=agent_id, metadata={"task": task.id})
        reply = await keyed.sessions.chat(session.id, task.question)
        queue.finish(task, reply.text)


async def main(url: str, path: str, questions: list[str]) -> None:
    """Add questions, and let the workers answer all that are in the queue."""
    queue = Queue(path)
    for question in questions:
        queue.add(question)
    async with julep.AsyncClient(base_url=url) as client:
        agent = await client.agents.create(name="Ada", about="a patient librarian")
        async with anyio.create_task_group() as group:
            for _ in range(WORKERS):
                group.start_soon(work, queue, client, agent.id)
    for question, answer in queue.answers():
        print(f"{question} {answer.splitlines()[0]}")
    queue.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python workers.py DATABASE [QUESTION ...]")
    with LocalServer() as server:
        anyio.run(main, server.url, sys.argv[1], sys.argv[2:])
