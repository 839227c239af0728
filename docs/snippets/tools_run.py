"""A function that the model calls."""

import julep


def stock(article: str) -> int:
    """Count how many of an article are in the shop.

    Args:
        article: The article's name, in the singular.
    """
    return {"saddle": 3}.get(article, 0)


with julep.Client() as client:
    agent = client.agents.create(name="Sam", about="the support of a bicycle shop")
    session = client.sessions.create(agent_id=agent.id)
    reply = client.sessions.run(session.id, "Do you have saddles?", tools=[stock])
    print(reply.text)
