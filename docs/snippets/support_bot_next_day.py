"""A later conversation with the same customer."""

import julep


def answer(client: julep.Client, agent_id: str, customer: int, question: str) -> str:
    """Answer a customer, in a session of this day."""
    [user] = client.users.list(metadata_filter={"customer": customer}, limit=1)  # the newest
    session = client.sessions.create(agent_id=agent_id, user_id=user.id)
    return client.sessions.chat(session.id, question).text


with julep.Client() as client:
    agent = client.agents.create(name="Sam", about="the support of a bicycle shop")
    grace = client.users.create(name="Grace", metadata={"customer": 4711})
    client.memories.create(agent_id=agent.id, user_id=grace.id, content="I ride a red tandem.")
    print(answer(client, agent.id, 4711, "Which saddle fits my tandem?"))
