"""The client of a command: its settings are from options, the environment or a profile.

The URL and the key are decided together, so that no key is sent to another's server:

1. ``--profile``, or else JULEP_PROFILE, names a profile: both are the profile's.
2. Otherwise, if ``--url`` is given or a variable is set, both are the environment's.
3. Otherwise, the default profile of the file has both, if there is one.

``--url`` is another URL in each case.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from julep._cli.profiles import Profile
    from julep._clients.sync_client import Client

_URLS: Final = ("JULEP_API_URL", "JULEP_BASE_URL")


class Connection(NamedTuple):
    """Where a command connects to.

    Attributes:
        profile: The profile, if there is one.
        profile_origin: What named it.
        url: The URL; None for the client's default.
        url_origin: Where it comes from.
        key_origin: Where the key comes from.
    """

    profile: Profile | None
    profile_origin: str
    url: str | None
    url_origin: str
    key_origin: str

    def client(self, **options: Any) -> Client:
        """Return a client.

        Args:
            **options: Further options, which take precedence.

        Raises:
            ConfigurationError: When a setting is invalid, or there is no key where it should be.
        """
        from julep._clients.sync_client import Client
        from julep.errors import ConfigurationError

        settings: dict[str, Any] = {"base_url": self.url}
        if self.profile is not None:
            # No key is an empty one: None would be that of the environment.
            settings["api_key"] = self.profile.api_key() if self.profile.api_key else ""
            if self.profile.timeout is not None:
                settings["timeout"] = self.profile.timeout
        settings.update(options)
        try:
            return Client(**settings)
        except ConfigurationError as error:
            origins = {"base_url": self.url_origin, "api_key": self.key_origin}
            origin = origins.get(str(error).partition(":")[0])
            raise ConfigurationError(f"{error}; it is {origin}" if origin else str(error)) from None


def connection(url: str | None, profile: str | None) -> Connection:
    """Decide where a command connects to.

    Args:
        url: The option ``--url``.
        profile: The option ``--profile``.

    Raises:
        ConfigurationError: When there is no such profile, or the file has a mistake.
    """
    named, origin = profile, "from --profile"
    if named is None:
        named, origin = os.environ.get("JULEP_PROFILE") or None, "from JULEP_PROFILE"
    variable = next((name for name in _URLS if os.environ.get(name)), None)
    has_key = bool(os.environ.get("JULEP_API_KEY"))
    found = None
    if named is not None or not (url or variable or has_key):
        from julep._cli.profiles import read_profile

        found = read_profile(named)
    if found is not None:
        origin = origin if named is not None else "the default"
        url_origin = "from --url" if url else f"from the profile {found.name}"
        return Connection(found, origin, url or found.url, url_origin, found.key_origin)
    if url is not None:
        url_origin = "from --url"
    elif variable:
        url_origin = f"from {variable}"
    else:
        url_origin = "the default; JULEP_API_URL is not set"
    key_origin = "from JULEP_API_KEY" if has_key else "none; JULEP_API_KEY is not set"
    return Connection(None, "", url, url_origin, key_origin)


def connect(url: str | None, profile: str | None) -> Client:
    """Return the client of a command.

    Args:
        url: The option ``--url``.
        profile: The option ``--profile``.

    Raises:
        ConfigurationError: When a setting is invalid.
    """
    return connection(url, profile).client()
