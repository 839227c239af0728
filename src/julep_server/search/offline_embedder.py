"""An embedder that needs no network: the static model whose weights come with WordLlama.

Each token has a vector, and a text's vector is their mean: it relates a kitten to a cat, but
ignores the order of words. Only the package's files are read, because its code configures the
process's logging, and may download files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from julep_server.errors import unavailable

if TYPE_CHECKING:
    import numpy as np
    from tokenizers import Tokenizer

_PACKAGE = "wordllama"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_WEIGHTS = "weights/l2_supercat_256.safetensors"


class OfflineEmbedder:
    """Embeds a text as the mean of its tokens' vectors; the model is loaded on first use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: tuple[Tokenizer, np.ndarray[Any, np.dtype[np.float32]]] | None = None

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
        except (ImportError, OSError) as error:
            message = f"the offline embedder can't be loaded: {error}"
            raise unavailable("embedder_unavailable", message) from error

    async def close(self) -> None:
        """See :class:`~julep_server.search.embedder.Embedder`."""

    def _embed(self, texts: list[str]) -> list[Sequence[float]]:
        tokenizer, weights = self._load()
        found: list[Sequence[float]] = []
        for encoded in tokenizer.encode_batch_fast(texts, add_special_tokens=False):
            numbers = [number for number in encoded.ids if number < len(weights)]
            rows = weights[numbers] if numbers else weights[:1] * 0
            found.append(rows.mean(axis=0).tolist())
        return found

    def _load(self) -> tuple[Tokenizer, np.ndarray[Any, np.dtype[np.float32]]]:
        with self._lock:
            if self._loaded is None:
                import numpy as np
                from tokenizers import Tokenizer

                folder = _folder()
                if folder is None:
                    raise ModuleNotFoundError(f"{_PACKAGE} is not installed")
                tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
                tokenizer.no_padding()
                tokenizer.no_truncation()
                # By name, because the function is untyped.
                load_file = import_module("safetensors.numpy").load_file
                (weights,) = load_file(folder / _WEIGHTS).values()
                self._loaded = tokenizer, weights.astype(np.float32)
            return self._loaded


def _folder() -> Path | None:
    """Return the package's folder, without importing the package."""
    found = find_spec(_PACKAGE)
    places = found.submodule_search_locations if found is not None else None
    return Path(next(iter(places))) if places else None
