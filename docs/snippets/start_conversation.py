"""A first conversation."""

import julep

with julep.Client() as client:
    agent = client.agents.create(name="Ada", about="a patient tutor")
    session = client.sessions.create(agent_id=agent.id)
    reply = client.sessions.chat(session.id, "What is a prime number?")
    print(reply.text)
