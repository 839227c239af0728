"""The exact modules that are loaded by importing the clients, by a client, and by its first call.

A longer list makes the start of every program more expensive: see docs/decisions/0020 and 0048.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.sdk.helpers.stub import Stub

IMPORTED = "import julep; julep.Client; julep.AsyncClient"

CALLED = """
from julep.managers.session import SessionsManager

class Nowhere:
    def send(self, call):
        pass

SessionsManager(Nowhere()).get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
"""

CONSTRUCTED = "import julep, sys; client = julep.Client(api_key='key', base_url=sys.argv[2])"

SESSION = {
    "id": "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a",
    "agent_id": "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a",
    "created_at": "2026-05-31T12:34:56Z",
    "updated_at": "2026-05-31T12:34:56Z",
}

SENT = f"""
{CONSTRUCTED}
client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
"""

ERRORS = {
    "julep._errors",
    "julep._errors.base",
    "julep._errors.requests",
    "julep._errors.responses",
    "julep._errors.results",
    "julep.errors",
}

# The project's own modules.
OWN = {
    IMPORTED: {
        "julep",
        "julep._arguments",
        "julep._arguments.cached",
        "julep._arguments.ending",
        "julep._arguments.signatures",
        "julep._clients",
        "julep._clients.async_client",
        "julep._clients.base_client",
        "julep._clients.sync_client",
        *ERRORS,
        "julep._http",
        "julep._http.fork",
        "julep._http.timeout",
        "julep._http.transport_config",
        "julep._lazy",
        "julep_api",
        "julep_api.types",
    },
    CALLED: {
        "julep",
        "julep._arguments",
        "julep._arguments.cached",
        "julep._arguments.encode",
        "julep._arguments.ending",
        "julep._arguments.exact_types",
        "julep._arguments.signatures",
        "julep._arguments.typecheck",
        *ERRORS,
        "julep._calls",
        "julep._calls.paging",
        "julep._calls.results",
        "julep._lazy",
        "julep.managers",
        "julep.managers._run_loop",
        "julep.managers.base",
        "julep.managers.chat",
        "julep.managers.history",
        "julep.managers.parse",
        "julep.managers.render",
        "julep.managers.run",
        "julep.managers.session",
        "julep.managers.session_lists",
        "julep.managers.utils",
        "julep_api",
        "julep_api.api",
        "julep_api.api.sessions",
        "julep_api.api.sessions.get_session",
        "julep_api.attributes",
        "julep_api.checks",
        "julep_api.client",
        "julep_api.core_model",
        "julep_api.decoding",
        "julep_api.encoding",
        "julep_api.errors",
        "julep_api.free_form",
        "julep_api.model",
        "julep_api.models",
        "julep_api.models.session",
        "julep_api.parameters",
        "julep_api.types",
    },
}

OWN[CONSTRUCTED] = OWN[IMPORTED] - {
    "julep._arguments.signatures",
    "julep._clients.async_client",
} | {
    "julep._calls",
    "julep._calls.attempts",
    "julep._calls.driver",
    "julep._calls.flow",
    "julep._calls.redirects",
    "julep._calls.requests",
    "julep._calls.responses",
    "julep._http.connections",
    "julep._http.messages",
    "julep._http.tokens",
    "julep._http.urls",
    "julep._instrumentation",
    "julep._instrumentation.hooks",
    "julep._instrumentation.listeners",
    "julep._instrumentation.record",
    "julep._json",
    "julep._json.text",
    "julep._old_names",
    "julep._settings",
    "julep._settings.checks",
    "julep._settings.config",
    "julep._settings.retry",
    "julep._settings.transport",
    "julep._version",
    "julep_api.client",
    "julep_api.errors",
}
OWN[SENT] = (
    OWN[CONSTRUCTED]
    | OWN[CALLED]
    | {
        "julep._http.content_encoding",
        "julep._http.deadlines",
        "julep._http.exchange",
        "julep._http.happy_eyeballs",
        "julep._http.http1",
        "julep._http.leases",
        "julep._http.pool",
        "julep._http.sockets",
        "julep._http.sync_lease",
        "julep._http.sync_transport",
        "julep._http.tls",
    }
)

# One of the parsers, with its library, is loaded by the first call.
PARSERS = {"julep._http.h11_parser", "julep._http.httptools_parser"}

# Packages of others.
FOREIGN: dict[str, set[str]] = {IMPORTED: set(), CALLED: set(), CONSTRUCTED: set(), SENT: set()}
PARSING = {"cython_runtime", "h11", "httptools"}

# The standard library's that may be loaded; releases of Python differ in what they import.
STANDARD = {
    IMPORTED: {
        "collections",
        "contextlib",
        "contextvars",
        "copyreg",
        "enum",
        "functools",
        "importlib",
        "itertools",
        "json",
        "keyword",
        "operator",
        "re",
        "reprlib",
        "threading",
        "types",
        "typing",
        "warnings",
    },
}
STANDARD[CALLED] = STANDARD[IMPORTED] | {
    "annotationlib",
    "ast",
    "copy",
    "datetime",
    "dis",
    "inspect",
    "linecache",
    "math",
    "opcode",
    "platform",
    "token",
    "tokenize",
    "unicodedata",
    "uuid",
    "weakref",
}
# Not `inspect` and `urllib`, each of which takes longer than all that a client needs.
STANDARD[CONSTRUCTED] = STANDARD[IMPORTED]
STANDARD[SENT] = STANDARD[CALLED] | {
    "array",
    "dataclasses",
    "errno",
    "select",
    "selectors",
    "socket",
}

PROGRAM = """
import sys
before = set(sys.modules)
exec(sys.argv[1])
print(*set(sys.modules) - before)
"""


@pytest.fixture(
    scope="module",
    params=[IMPORTED, CALLED, CONSTRUCTED, SENT],
    ids=["imported", "called", "constructed", "sent"],
)
def loaded(request: pytest.FixtureRequest) -> tuple[str, set[str]]:
    """A statement, and the modules that it loads in a new process."""
    statement: str = request.param
    return statement, modules_of(statement)


def modules_of(statement: str) -> set[str]:
    """Return the modules that a statement loads in a new process."""
    with Stub() as stub:
        stub.response = SESSION
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, statement, stub.url],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
    return set(done.stdout.split())


def root(module: str) -> str:
    return module.partition(".")[0]


def test_loaded_modules_of_the_project(loaded: tuple[str, set[str]]) -> None:
    statement, modules = loaded
    own = {name for name in modules if root(name) in {"julep", "julep_api"}}
    assert own - PARSERS == OWN[statement]
    assert len(own & PARSERS) == (statement == SENT)


def test_loaded_modules_of_other_packages(loaded: tuple[str, set[str]]) -> None:
    statement, modules = loaded
    roots = (
        {root(name) for name in modules}
        - sys.stdlib_module_names
        - {"julep", "julep_api"}
        - PARSING
    )
    assert {name for name in roots if not name.startswith("_")} == FOREIGN[statement]


def test_loaded_modules_of_the_standard_library(loaded: tuple[str, set[str]]) -> None:
    statement, modules = loaded
    roots = {root(name) for name in modules} & sys.stdlib_module_names
    unexpected = {name for name in roots if not name.startswith("_")} - STANDARD[statement]
    assert unexpected == set()


BY_PROXY = SENT.replace("base_url=sys.argv[2]", "base_url=sys.argv[2], proxy=sys.argv[2]")


@pytest.mark.once
def test_loaded_modules_of_a_first_call_by_a_proxy() -> None:
    """What httpx imports depends on its version, and on what else is installed."""
    own = {name for name in modules_of(BY_PROXY) if root(name) in {"julep", "julep_api"}}
    of_sockets = {
        "julep._http.happy_eyeballs",
        "julep._http.sockets",
        "julep._http.sync_transport",
    }
    assert own - PARSERS == OWN[SENT] - of_sockets | {
        "julep._http.async_lease",
        "julep._http.background",
        "julep._http.httpx_adapter",
        "julep._http.httpx_bodies",
        "julep._http.httpx_transport",
        "julep._http.library_logs",
        "julep._http.loading",
        "julep._http.open_responses",
        "julep._http.open_streams",
        "julep._http.own_task",
        "julep._http.per_loop",
        "julep._http.shared_run",
        "julep._redaction",
    }
    assert not own & PARSERS


FORKED = """
import os, threading, julep; julep.Client
over = threading.Event()
threading.Thread(target=over.wait).start()
child = os.fork()
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
over.set()
"""


def test_a_fork_in_a_process_with_threads_imports_what_calls_need_and_no_more() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROGRAM, FORKED],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    modules = set(done.stdout.split())
    assert modules >= {
        "julep._calls.error_responses",
        "julep._http.body_decoder",
        "julep._http.lookup",
        "julep.managers.agent",
        "julep_api.models.session",
        "julep_net.proxies",
    }
    assert not {root(name) for name in modules} & {"anyio", "asyncio", "httpx", "logging", "pytest"}
    assert not {root(name) for name in modules} & {"beartype", "julep_server", "msgspec", "openai"}
    assert not {name for name in modules if name.startswith(("julep.testing", "julep._cli."))}
