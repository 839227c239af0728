"""Many calls, a few at a time."""

from functools import partial

import julep

with julep.Client() as client:
    names = ["Ada", "Grace", "Edsger"]
    calls = [partial(client.users.create, name=name) for name in names]
    calls.append(partial(client.users.get, "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"))
    for result in client.gather(calls, limit=2, on_error="collect"):
        print(type(result).__name__ if isinstance(result, Exception) else result.name)
