"""Tests of programs that use Julep: a server with a scripted model, faults, recordings.

It needs the ``server`` extra, and pytest only for its fixtures, which pytest finds by itself:
``julep_server``, ``julep_client`` and ``async_julep_client``. Elsewhere the same are plain context
managers::

    from julep.testing import ScriptedServer

    with ScriptedServer("Hello!") as server, julep.Client(base_url=server.url) as client:
        ...

Names are imported on first use, since pytest imports this package in every run.
"""

from typing import TYPE_CHECKING

from julep import _lazy

if TYPE_CHECKING:
    from julep.testing._delays import skipped_delays as skipped_delays
    from julep.testing._faults import Faults as Faults
    from julep.testing._recording import Recording as Recording
    from julep.testing._recording import SecretInRecordingError as SecretInRecordingError
    from julep.testing._recording import UnrecordedRequestError as UnrecordedRequestError
    from julep.testing._recording import recorded as recorded
    from julep.testing._server import ScriptedServer as ScriptedServer
else:
    __all__, _find, __dir__ = _lazy.lazy(
        __name__,
        {
            "julep.testing._delays": ("skipped_delays",),
            "julep.testing._faults": ("Faults",),
            "julep.testing._recording": (
                "Recording",
                "SecretInRecordingError",
                "UnrecordedRequestError",
                "recorded",
            ),
            "julep.testing._server": ("ScriptedServer",),
        },
    )

    def __getattr__(name: str) -> object:
        """Import a public name on first use."""
        try:
            return _find(name)
        except ModuleNotFoundError as error:
            from julep_server.missing import missing_extra

            raise missing_extra(error) from None
