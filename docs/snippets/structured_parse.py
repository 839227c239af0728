"""An answer as a dataclass."""

from dataclasses import dataclass
from typing import Literal

import julep


@dataclass
class Ticket:
    """What a customer wants."""

    title: str
    part: str
    urgency: Literal["low", "high"]


with julep.Client() as client:
    agent = client.agents.create(name="Sam")
    session = client.sessions.create(agent_id=agent.id)
    found = client.sessions.parse(session.id, "The brakes of my tandem fail!", output=Ticket)
    ticket = found.parsed
    print(ticket.urgency, ticket.part, ticket.title, sep=", ")
