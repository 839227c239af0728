"""An embedder that needs no network: the static model whose weights come with WordLlama.

Each token has a vector, and a text's vector is their mean: it relates a kitten to a cat, but
ignores the order of words. Only two of the package's files are read: its code configures the
process's logging and may download files, and its dependencies are more than twenty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from julep_server.errors import unavailable
from julep_server.json_text import loads, objects_in
from julep_server.search.byte_pairs import BytePairs

if TYPE_CHECKING:
    import numpy as np

_PACKAGE = "wordllama"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TYPES = {"F16": "<f2", "F32": "<f4"}


class OfflineEmbedder:
    """Embeds a text as the mean of its tokens' vectors; the model is loaded on first use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: tuple[BytePairs, np.ndarray[Any, np.dtype[np.float32]]] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Check whether the package and the model's files are installed."""
        folder = _folder()
        return folder is not None and all(
            (folder / name).exists() for name in (_TOKENIZER, _WEIGHTS)
        )

    @property
    def name(self) -> str:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        return "wordllama-l2-supercat"

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """See :class:`~julep_server.search.embedder.Embedder`."""
        try:
            return await asyncio.to_thread(self._embed, list(texts))
        except (ImportError, OSError, ValueError) as error:
            message = f"the offline embedder can't be loaded: {error}"
            raise unavailable("embedder_unavailable", message) from error

    async def close(self) -> None:
        """See :class:`~julep_server.search.embedder.Embedder`."""

    def _embed(self, texts: list[str]) -> list[Sequence[float]]:
        tokenizer, weights = self._load()
        found: list[Sequence[float]] = []
        for text in texts:
            numbers = [number for number in tokenizer.encode(text) if number < len(weights)]
            rows = weights[numbers] if numbers else weights[:1] * 0
            found.append(rows.mean(axis=0).tolist())
        return found

    def _load(self) -> tuple[BytePairs, np.ndarray[Any, np.dtype[np.float32]]]:
        with self._lock:
            if self._loaded is None:
                folder = _folder()
                if folder is None:
                    raise ModuleNotFoundError(f"{_PACKAGE} is not installed")
                tokenizer = BytePairs.from_file(folder / _TOKENIZER)
                self._loaded = tokenizer, _read_weights(folder / _WEIGHTS)
            return self._loaded


def _read_weights(path: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Read the only tensor of a file of safetensors: a length, a header in JSON, and the values."""
    import numpy as np

    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = loads(data[8:start])
    tensors = objects_in([*header.values()] if isinstance(header, dict) else None)
    (tensor,) = [tensor for tensor in tensors if "dtype" in tensor]
    shape = tensor["shape"]
    if tensor["dtype"] not in _TYPES or not isinstance(shape, list):
        raise OSError(f"{path} holds values of an unknown type")
    values = np.frombuffer(data, _TYPES[str(tensor["dtype"])], offset=start)
    return values.reshape([int(str(length)) for length in shape]).astype(np.float32)


def _folder() -> Path | None:
    """Return the package's folder, without importing the package."""
    found = find_spec(_PACKAGE)
    places = found.submodule_search_locations if found is not None else None
    return Path(next(iter(places))) if places else None
