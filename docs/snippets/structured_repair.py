"""An answer that does not match at first, and one that never does."""

from typing import Literal

import julep

with julep.Client() as client:
    agent = client.agents.create(name="Sam")
    session = client.sessions.create(agent_id=agent.id)
    moods = client.sessions.parse(
        session.id, "How does this customer feel?", output=dict[str, Literal["good", "bad"]]
    )
    print(moods.parsed)
    try:
        client.sessions.parse(session.id, "A number, please.", output=int, repairs=0)
    except julep.InvalidOutputError as error:
        print(error.text)
