"""The API of the contract, as data: models, and one module for each operation.

Modules are imported on first use, and nothing in here sends requests. `models` has the classes,
`api` the operations by tag, `operations` a table of them, and ``openapi.json`` is the contract.

Generated from the contract by ``scripts/generate``: manual changes are lost.
"""

from __future__ import annotations

__all__: list[str] = []
