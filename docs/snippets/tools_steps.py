"""The steps of a run."""

import julep


def stock(article: str) -> int:
    """Count how many of an article are in the shop."""
    return {"saddle": 3}.get(article, 0)


with julep.Client() as client:
    agent = client.agents.create(name="Sam")
    session = client.sessions.create(agent_id=agent.id)
    for step in client.sessions.iterate_run(
        session.id, "Do you have saddles, and bells?", tools=[stock]
    ):
        if isinstance(step, julep.ToolResult):
            print(step.name, "returned", step.content)
        else:
            print(step.finish_reason, step.text)
