"""A search without a chat, and a document that changes."""

import julep

with julep.Client() as client:
    agent = client.agents.create(name="Sam")
    doc = client.docs.create(
        agent_id=agent.id, doc={"title": "Hours", "content": "We open at nine."}
    )
    client.docs.update(doc.id, agent_id=agent.id, title="Hours", content="We open at ten.")
    for match in client.docs.search("When do you open?", agent_id=agent.id):
        print(match.title, "-", match.text)
