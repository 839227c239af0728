"""Vectors as they are stored and compared: 32-bit floats, little-endian, at length one.

At length one, the cosine of two vectors' angle is their dot product.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from operator import mul
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_MIN_LENGTH = 1e-300


def pack(values: Sequence[float]) -> bytes:
    """Scale a vector to length one and encode it; a zero vector stays all zeros.

    Raises:
        ValueError: The vector is empty, or has a value that is not a finite number.

    Example:
        >>> len(pack([3.0, 4.0]))
        8
    """
    length = math.hypot(*values)
    if not values or not math.isfinite(length):
        raise ValueError("a vector must have at least one value, and only finite ones")
    scale = 1.0 / length if length > _MIN_LENGTH else 0.0
    return struct.pack(f"<{len(values)}f", *(value * scale for value in values))


def cosines(vector: bytes, others: bytes) -> list[float]:
    """Return the cosines between a vector and others of the same embedder, which are joined."""
    compare = numpy_cosines if _has_numpy() else plain_cosines
    return compare(vector, others)


def nearer(vector: bytes, others: bytes, least: float) -> list[tuple[int, float]]:
    """Return the places of the vectors whose cosine is greater than a number, with it."""
    if _has_numpy():
        import numpy as np

        products = _products(vector, others)
        places = np.flatnonzero(products > least)
        return list(zip(places.tolist(), products[places].tolist(), strict=True))
    found = enumerate(plain_cosines(vector, others))
    return [(place, cosine) for place, cosine in found if cosine > least]


def plain_cosines(vector: bytes, others: bytes) -> list[float]:
    """Compute :func:`cosines` in pure Python."""
    form = struct.Struct(f"<{len(vector) // 4}f")
    values = form.unpack(vector)
    return [sum(map(mul, values, other)) for other in form.iter_unpack(others)]


def numpy_cosines(vector: bytes, others: bytes) -> list[float]:
    """Compute :func:`cosines` with NumPy, which is some forty times faster."""
    found: list[float] = _products(vector, others).tolist()
    return found


def _products(vector: bytes, others: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    import numpy as np

    rows = np.frombuffer(others, dtype="<f4").reshape(-1, len(vector) // 4)
    # Not by a product of matrices: its library begins threads, which spin on every core for more
    # time than the product takes.
    products: np.ndarray[Any, np.dtype[np.float32]]
    products = np.einsum("ij,j->i", rows, np.frombuffer(vector, dtype="<f4"))
    return products


@cache
def _has_numpy() -> bool:
    return find_spec("numpy") is not None
