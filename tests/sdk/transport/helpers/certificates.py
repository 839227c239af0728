"""Contexts of TLS for servers of tests."""

from __future__ import annotations

import ssl

import trustme


def server_context(authority: trustme.CA, *hosts: str) -> ssl.SSLContext:
    """Return the context of a server with a certificate for these hosts; by default 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert(*(hosts or ("127.0.0.1",)))
    with certificate.private_key_and_cert_chain_pem.tempfile() as file:
        context.load_cert_chain(file)
    return context
