"""Documents of an agent, and a question that one of them answers."""

import julep

manual = {
    "Brakes": "Rim brakes squeak when the pads are dirty. Clean them with alcohol.",
    "Chain": "Oil the chain every 200 kilometres, and after each ride in the rain.",
}

with julep.Client() as client:
    agent = client.agents.create(name="Sam", about="the support of a bicycle shop")
    for title, content in manual.items():
        client.docs.create(agent_id=agent.id, doc={"title": title, "content": content})
    session = client.sessions.create(agent_id=agent.id)
    reply = client.sessions.chat(session.id, "Why do my brakes squeak?", explain=True)
    print(reply.text)
    for match in reply.explanation.docs if reply.explanation else []:
        print(match.title, match.rank_by_words, match.left_out)
