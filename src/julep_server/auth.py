"""Who is calling: an API key is a tenant, and only its hash is kept."""

from __future__ import annotations

import hashlib
import hmac

from julep_server.errors import ApiError

LOCAL_TENANT = "local"
"""The one tenant of a server without keys."""


def tenant_of(key: str) -> str:
    """The tenant's id: a hash, so that a key can't be read back from the database."""
    return hashlib.sha256(b"julep tenant\0" + key.encode("utf-8")).hexdigest()


class Authenticator:
    """Decides from the ``Authorization`` header which tenant is calling."""

    __slots__ = ("_tenants",)

    def __init__(self, api_keys: tuple[str, ...]) -> None:
        self._tenants = tuple(tenant_of(key) for key in api_keys)

    def tenant(self, authorization: str | None) -> str:
        """Name the caller's tenant.

        Args:
            authorization: The header's value: ``Bearer KEY`` or the key alone; None if absent.

        Returns:
            The tenant's id.

        Raises:
            ApiError: 403 when keys are configured and none of them was given.
        """
        if not self._tenants:
            return LOCAL_TENANT
        if not authorization:
            raise ApiError(403, "forbidden", "an API key is needed: send Authorization: Bearer KEY")
        given = tenant_of(_key_of(authorization))
        # Every key is compared, so that the time taken says nothing about which one was near.
        matches = [tenant for tenant in self._tenants if hmac.compare_digest(tenant, given)]
        if not matches:
            raise ApiError(403, "forbidden", "the API key is not accepted by this server")
        return matches[0]


def _key_of(authorization: str) -> str:
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" and rest else authorization.strip()
