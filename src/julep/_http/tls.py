"""Settings of TLS: whom to trust, and who we are."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

ALPN: Final = "http/1.1"
"""The protocol that sockets of our own speak, as TLS names it."""


def tls_context(
    *,
    trust: Literal["bundled", "system"] = "bundled",
    cafile: str | os.PathLike[str] | None = None,
    certificate: str | os.PathLike[str] | None = None,
    key: str | os.PathLike[str] | None = None,
    password: str | None = None,
) -> ssl.SSLContext:
    """Make settings of TLS for a client's ``tls``.

    Args:
        trust: Whose certificates are trusted: those that come with the certifi package, or those of
            the operating system.
        cafile: A PEM file of further certificates to trust, a company's own for example.
        certificate: A PEM file with the client's own certificate, for servers that ask for one.
        key: A PEM file with the certificate's key, where it is not in the same file.
        password: The key's password, where it has one.

    Returns:
        A context that may be shared by many clients: making one takes 20 ms and 800 KB.

    Raises:
        ConfigurationError: When a file cannot be read, or is not what it should be.

    Example:
        >>> tls = julep.tls_context(certificate="client.pem")
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
            # Without a password OpenSSL would ask for one, and wait.
            context.load_cert_chain(certificate, key, password or "")
        except OSError as error:
            raise _unreadable(error, certificate=certificate, key=key) from None
    elif key is not None:
        raise ConfigurationError("key: give the certificate, too, whose key it is")
    return context


def _unreadable(error: OSError, **files: str | os.PathLike[str] | None) -> ConfigurationError:
    named = " and ".join(
        f"{name} {os.fspath(file)!r}" for name, file in files.items() if file is not None
    )
    if type(error).__module__ == "ssl":
        said = "not in PEM format as it should be, or not of each other, or of another password"
    else:
        said = (error.strerror or "it cannot be read").lower()
    return ConfigurationError(f"{named}: {said}")


@cache
def shared_tls(*, http2: bool = False) -> ssl.SSLContext:
    """Make the context that all clients share: it costs 20 ms and 800 KB.

    Args:
        http2: Whether it is for clients that speak HTTP/2: what they offer is set in the context.

    Raises:
        ConfigurationError: When the environment names what cannot be read.
    """
    del http2
    return _bundled()


def _bundled() -> ssl.SSLContext:
    """Trust what the environment says (``SSL_CERT_FILE``, ``SSL_CERT_DIR``), or certifi's list."""
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
    import ssl  # dear, and not needed for a server on the same machine

    context = ssl.create_default_context(cafile=cafile, capath=capath)
    context.set_alpn_protocols([ALPN])
    return context
