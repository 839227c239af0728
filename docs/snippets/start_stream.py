"""An answer that is read while the model writes it."""

import julep

with julep.Client() as client:
    agent = client.agents.create(name="Ada", instructions=["Answer in one sentence."])
    session = client.sessions.create(agent_id=agent.id)
    with client.sessions.stream(session.id, "What is a prime number?") as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
        print()
