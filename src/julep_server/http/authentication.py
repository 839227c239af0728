"""Authentication: an API key identifies a tenant, and only its hash is stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from julep_server.errors import ApiError

LOCAL_TENANT = "local"
"""The only tenant of a server without keys."""


def tenant_of(key: str) -> str:
    """Return the tenant's id: a hash, so that the database does not reveal the key."""
    return hashlib.sha256(b"julep tenant\0" + key.encode("utf-8")).hexdigest()


class Authenticator:
    """Determines the caller's tenant from the ``Authorization`` header."""

    __slots__ = ("_tenants",)

    def __init__(self, api_keys: Sequence[str]) -> None:
        self._tenants = tuple(tenant_of(key) for key in api_keys)

    def tenant(self, authorization: str | None) -> str:
        """Return the id of the caller's tenant.

        Args:
            authorization: The header's value: ``Bearer KEY`` or the key alone; None if absent.

        Raises:
            ApiError: 403 when keys are configured and the request has none of them.
        """
        if not self._tenants:
            return LOCAL_TENANT
        if not authorization:
            message = "an API key is required: send Authorization: Bearer KEY"
            raise ApiError(403, "forbidden", message)
        given = tenant_of(_key_of(authorization))
        # Every key is compared, so that the duration does not reveal which one was similar.
        matches = [tenant for tenant in self._tenants if hmac.compare_digest(tenant, given)]
        if not matches:
            raise ApiError(403, "forbidden", "the API key is not accepted by this server")
        return matches[0]


def _key_of(authorization: str) -> str:
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" and rest else authorization.strip()
