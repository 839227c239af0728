"""A situation that is a template, filled in for each customer."""

import julep

with julep.Client() as client:
    agent = client.agents.create(name="Sam", about="the support of a bicycle shop")
    user = client.users.create(name="Grace", about="a customer since 2019")
    session = client.sessions.create(
        agent_id=agent.id,
        user_id=user.id,
        situation="You talk to {{ user.name }}, {{ user.about }}.",
        render_templates=True,
    )
    print(client.sessions.chat(session.id, "Hello!").text)
