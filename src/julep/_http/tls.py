"""TLS settings: trusted certificates, and the client's own."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from julep._lazy import resolvable
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import socket
    import ssl

ALPN: Final = "http/1.1"
"""The name of HTTP/1.1 in TLS, which our own sockets offer."""


def tls_context(
    *,
    trust: Literal["bundled", "system"] = "bundled",
    cafile: str | os.PathLike[str] | None = None,
    certificate: str | os.PathLike[str] | None = None,
    key: str | os.PathLike[str] | None = None,
    password: str | None = None,
) -> ssl.SSLContext:
    """Build a TLS context for a client's ``tls``.

    Args:
        trust: The certificates to trust: ``bundled`` for those of SSL_CERT_FILE and SSL_CERT_DIR,
            or else of the certifi package; ``system`` for those of the operating system.
        cafile: A PEM file with further certificates to trust, such as a company's own.
        certificate: A PEM file with the client's own certificate, for servers that require one.
        key: A PEM file with the certificate's key, unless it is in the same file.
        password: The key's password, if it has one.

    Returns:
        A context that many clients can share: building one takes 20 ms and 800 KB.

    Raises:
        ConfigurationError: When an argument is invalid, or a file cannot be read, or is not in PEM
            format.

    Example:
        >>> tls = julep.tls_context(trust="system")
        >>> client = julep.Client(base_url="https://julep.example/api", tls=tls)
    """
    if trust not in ("bundled", "system"):
        raise ConfigurationError(f"trust: expected 'bundled' or 'system', got {trust!r}")
    context = _context() if trust == "system" else _bundled()
    if cafile is not None:
        try:
            context.load_verify_locations(cafile)
        except OSError as error:  # ssl's own errors are among them
            raise _unreadable(error, cafile=cafile) from None
    if certificate is not None:
        try:
            # Without a password OpenSSL would prompt for one, and wait.
            context.load_cert_chain(certificate, key, password or "")
        except OSError as error:
            raise _unreadable(error, certificate=certificate, key=key) from None
    elif key is not None:
        raise ConfigurationError("key: expected certificate= too, which the key belongs to")
    return context


def _unreadable(error: OSError, **files: str | os.PathLike[str] | None) -> ConfigurationError:
    named = " and ".join(
        f"{name} {os.fspath(file)!r}" for name, file in files.items() if file is not None
    )
    if type(error).__module__ == "ssl":
        problem = "expected PEM format, a key that fits the certificate, and the right password"
    else:
        problem = (error.strerror or "it cannot be read").lower()
    return ConfigurationError(f"{named}: {problem}")


@cache
def shared_tls(*, http2: bool = False) -> ssl.SSLContext:
    """Build the context that all clients share, since building one takes 20 ms and 800 KB.

    Args:
        http2: Whether to build the one for HTTP/2, in which httpx sets the protocols to offer.

    Raises:
        ConfigurationError: When the environment names files that cannot be read.
    """
    del http2  # a key of the cache only
    return _bundled()


def _bundled() -> ssl.SSLContext:
    """Trust the certificates of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, or else certifi's."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not folder:
        import certifi  # comes with httpx

        file = certifi.where()
    try:
        return _context(file or None, folder or None)
    except OSError as error:
        raise ConfigurationError(
            f"SSL_CERT_FILE, SSL_CERT_DIR: no certificates can be read there ({error.strerror})"
        ) from None


def _context(cafile: str | None = None, capath: str | None = None) -> ssl.SSLContext:
    import ssl  # expensive, and not needed for http

    context = ssl.create_default_context(cafile=cafile, capath=capath)
    # Python 3.11.2 sets it: a body without a length that is cut off would pass for a whole one.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.set_alpn_protocols([ALPN])
    return context


def wrap(sock: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """Wrap a connected socket for TLS, before its handshake.

    A connection that ends without TLS's own closing is an error.

    Raises:
        OSError: When the connection was reset meanwhile.
    """
    import ssl

    try:
        return tls.wrap_socket(
            sock, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
    except OSError as error:
        # Of a connection that was reset, wrap_socket leaves its new socket open.
        traceback = error.__traceback__
        while traceback is not None:
            left = traceback.tb_frame.f_locals.get("self")
            if isinstance(left, ssl.SSLSocket):
                left.close()
            traceback = traceback.tb_next
        raise


resolvable(__name__)
