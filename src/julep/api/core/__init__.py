"""The runtime of julep 0.3's low-level client; new code imports `julep.ApiError`."""

from __future__ import annotations

from julep.api.core.api_error import ApiError
from julep.api.core.client_wrapper import AsyncClientWrapper, BaseClientWrapper, SyncClientWrapper
from julep.api.core.datetime_utils import serialize_datetime
from julep.api.core.jsonable_encoder import jsonable_encoder
from julep.api.core.remove_none_from_dict import remove_none_from_dict

__all__ = [
    "ApiError",
    "AsyncClientWrapper",
    "BaseClientWrapper",
    "SyncClientWrapper",
    "jsonable_encoder",
    "remove_none_from_dict",
    "serialize_datetime",
]
