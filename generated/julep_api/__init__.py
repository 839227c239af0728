"""The API of the contract, as data: models, and one module for each operation.

Nothing is imported until it is used, and nothing in here sends anything. `models` has the classes,
`api` the operations by tag, `operations` a table of them, and ``openapi.json`` is the contract.

Generated from the contract by ``scripts/generate``: changes made by hand are lost.
"""

from __future__ import annotations

__all__: list[str] = []
