"""The first conversation with a customer, and what is remembered of it."""

import julep

with julep.Client() as client:
    agent = client.agents.create(
        name="Sam",
        about="the support of a bicycle shop",
        instructions=["Answer in two sentences.", "Never promise a date."],
    )
    user = client.users.create(name="Grace", metadata={"customer": 4711})
    session = client.sessions.create(agent_id=agent.id, user_id=user.id)
    reply = client.sessions.chat(session.id, "I ride a red tandem. Why does it squeak?")
    for job_id in reply.jobs or []:
        client.jobs.wait(job_id)
    for memory in client.memories.list(agent.id, user_id=user.id):
        print(memory.type, "-", memory.content)
