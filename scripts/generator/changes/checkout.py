"""The hand-written files of a checkout: what is looked up in them for a change of the contract."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from .chains import MANAGERS, SDK, SERVER, Sdk, Server, snake, structures
from .items import Contract, mapping
from .syntax import Function, Module, Sources, Structure

DONE, TO_DO, CHECK, WRITTEN = "done", "TO DO", "check", "written"
DELIBERATE, RUN = "not followed", "run"
EXCEPTIONS = "tests/gate/exceptions.toml"
CALLS = "tests/sdk/helpers/calls.py"
CORRECTIONS = "tests/contract/corrections.yaml"
MIGRATIONS = "src/julep_server/db/migrations/versions"
TYPES = ("src/julep/managers/types.py", "src/julep/managers/_inputs.py")
SETTINGS = "scripts/generator/config.yaml"
PACKAGE = "generated/julep_api"
_TESTS = ("tests/sdk", "tests/server", "tests/typing")
RESOURCES = "tests/gate/helpers/resources.py"
_DOCS = ("README.md", "docs")
_HISTORY = ("docs/decisions", "docs/changes")
MOST_LINES = 6


class Place(NamedTuple):
    """Something that a change of the contract concerns.

    Attributes:
        area: "generated", "SDK", "server", "tests", "docs", "contract" or "changelog".
        path: The file, from the checkout's root.
        line: Its line; 0 for the whole file.
        name: What is there, such as "list".
        note: What to do.
        state: Whether it is done, to do, for a person to check, deliberately not followed, or a
            script to run.
    """

    area: str
    path: str
    line: int
    name: str
    note: str
    state: str


class Checkout:
    """A checkout, read when it is needed and at most once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources = Sources(root)
        self._compared: tuple[Contract, bool] | None = None

    @cached_property
    def sdk(self) -> Sdk:
        """The SDK's functions."""
        return Sdk(self.sources)

    @cached_property
    def server(self) -> Server:
        """The server's handlers."""
        return Server(self.sources)

    def modules(self, *folders: str) -> list[Module]:
        """Return the modules of some folders."""
        return [module for folder in folders for module in self.sources.modules(folder)]

    # The generated package ---------------------------------------------------------------------

    @cached_property
    def generated_contract(self) -> object:
        """The contract that the package was generated from; None without a package."""
        path = self.root / PACKAGE / "openapi.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _is_current(self, contract: Contract) -> bool:
        if self._compared is None or self._compared[0] is not contract:
            current = json.loads(json.dumps(contract.document, default=str))
            self._compared = (contract, current == self.generated_contract)
        return self._compared[1]

    def generated(self, contract: Contract, name: str, *, operation: bool) -> Place:
        """Return the generated module of an operation or a schema."""
        state = DONE if self._is_current(contract) else TO_DO
        note = "" if state == DONE else "run ./scripts/generate"
        folder = self.root / PACKAGE / ("api" if operation else "models")
        flat = snake(name).replace("_", "")
        for path in sorted(folder.rglob("*.py")):
            if path.stem.replace("_", "") == flat:
                return Place(
                    "generated", path.relative_to(self.root).as_posix(), 0, "", note, state
                )
        where = folder.relative_to(self.root).as_posix()
        return Place("generated", where, 0, "", note, state)

    @cached_property
    def exceptions(self) -> dict[str, str]:
        """What the gate is deliberately not to find: patterns of its places, with their reasons."""
        path = self.root / EXCEPTIONS
        if not path.exists():
            return {}
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("exception", [])
        return {place: str(one["reason"]) for one in entries for place in one["places"]}

    # Structures --------------------------------------------------------------------------------

    def argument_types(self, methods: Iterable[Function]) -> list[tuple[Module, Structure]]:
        """Return the TypedDicts of methods' arguments: by name, or as their keywords."""
        wanted: set[str] = set()
        for method in methods:
            resource = self.sdk.resource(method)
            one = re.sub(r"ies$", "y", resource).removesuffix("s")
            wanted.add(f"{one}{method.name}args".replace("_", ""))
            for name, annotation in method.annotations.items():
                if name.startswith("**"):
                    wanted.add(annotation.removeprefix("Unpack[").rstrip("]").lower())
        return [
            (module, one)
            for module, one in structures(self.modules(*TYPES), "fields")
            if one.owner.lower() in wanted
        ]

    def similar(
        self, folder: str | Sequence[str], kinds: tuple[str, ...], siblings: set[str], hint: str
    ) -> list[tuple[Module, Structure]]:
        """Return the structures that repeat most of a schema's names; by name, if one is alike."""
        found: list[tuple[Module, Structure]] = []
        folders = [folder] if isinstance(folder, str) else folder
        for module, one in structures(self.modules(*folders), *kinds):
            common = len(siblings & one.names.keys())
            enough = common >= min(2, len(siblings)) and common >= 0.6 * len(siblings)
            if siblings and enough:
                found.append((module, one))
        named = [pair for pair in found if _alike(pair[1], hint)]
        return named or [
            (module, one)
            for module, one in found
            if len(siblings) > 1 and len(siblings & one.names.keys()) >= 0.6 * len(one.names)
        ]

    # Tests -------------------------------------------------------------------------------------

    @cached_property
    def _calls(self) -> Module | None:
        found = self.sources.modules(CALLS)
        return found[0] if found else None

    def calls(self, method: str) -> tuple[int, set[str]] | None:
        """Return the line of a method's invalid arguments in the tests, and the names there."""
        table = self._calls.constants.get("_BAD") if self._calls else None
        if self._calls is None or table is None or not isinstance(table[1], ast.Dict):
            return None
        for key, value in zip(table[1].keys, table[1].values, strict=True):
            if isinstance(key, ast.Constant) and key.value == method:
                return key.lineno, set(_names_in(value, self._calls))
        return None

    # Texts -------------------------------------------------------------------------------------

    def migration(self, name: str, *, in_table: bool) -> Place:
        """Return the migration that creates a column, or the one that is missing.

        Args:
            name: The column.
            in_table: Whether the table has it: a migration with its name is for it then.
        """
        files = sorted((self.root / MIGRATIONS).glob("v*.py"))
        word = re.compile(rf"[\"']{re.escape(name)}[\"']")
        for path in reversed(files if in_table else []):
            if word.search(path.read_text(encoding="utf-8")):
                return Place("server", f"{MIGRATIONS}/{path.name}", 0, "", "", DONE)
        note = f"a migration for {name}, if it is stored"
        return Place("server", self.next_migration, 0, "", note, TO_DO)

    @cached_property
    def next_migration(self) -> str:
        """The path of the migration that would be the next."""
        number = len(list((self.root / MIGRATIONS).glob("v*.py"))) + 1
        return f"{MIGRATIONS}/v{number:04}_….py"

    def schema_versions(self) -> list[Place]:
        """Return the tests that have the number of the newest migration."""
        files = sorted((self.root / MIGRATIONS).glob("v*.py"))
        number = files[-1].name[1:5] if files else "none"
        return self.tests(
            rf"[\"']{number}[\"']", "the number of the newest migration", "tests/server"
        )

    def corrections(self, address: str, *, added: bool) -> Place:
        """Return the entry for a difference from the published facts."""
        path = self.root / CORRECTIONS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            listed = line.strip().removeprefix("- ").strip("'\"")
            pattern = re.escape(listed).replace(r"\*", "[^/]+")
            if listed.startswith("/") and re.match(rf"{pattern}(/|$)", address):
                note = "" if added else "an entry for what has changed now"
                return Place("contract", CORRECTIONS, number, "", note, DONE if added else CHECK)
        section = "additions:" if added else "corrections:"
        number = next((index for index, line in enumerate(lines, 1) if line == section), 0)
        return Place("contract", CORRECTIONS, number, "", f"add {address}, with the reason", TO_DO)

    @cached_property
    def pages(self) -> list[tuple[str, list[str]]]:
        """The documentation's pages, but for decision records and the changelog."""
        found: list[tuple[str, list[str]]] = []
        for entry in _DOCS:
            path = self.root / entry
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in files:
                name = file.relative_to(self.root).as_posix()
                if file.suffix in (".md", ".py", ".ipynb") and not name.startswith(_HISTORY):
                    found.append((name, file.read_text(encoding="utf-8").splitlines()))
        return found

    def documented(self, pattern: str, note: str, state: str = CHECK) -> list[Place]:
        """Return the pages that match a pattern, each with its first line."""
        matcher = re.compile(pattern)
        found = [
            (name, [number for number, line in enumerate(lines, 1) if matcher.search(line)])
            for name, lines in self.pages
        ]
        return [_first("docs", name, lines, note, state) for name, lines in found if lines]

    def unreleased(self, pattern: str, note: str) -> list[Place]:
        """Return the fragments of the changelog that match a pattern."""
        return [
            Place("changelog", path.relative_to(self.root).as_posix(), 0, "", note, CHECK)
            for path in sorted((self.root / "docs" / "changes").glob("*.md"))
            if re.search(pattern, path.read_text(encoding="utf-8"))
        ]

    @cached_property
    def _test_lines(self) -> list[tuple[str, list[str]]]:
        found = [path for folder in _TESTS for path in sorted((self.root / folder).rglob("*.py"))]
        # The gate's requests, by which what it looks at is made.
        resources = self.root / RESOURCES
        return [
            (path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8").splitlines())
            for path in (*found, *([resources] if resources.exists() else ()))
        ]

    def tests(
        self, pattern: str, note: str, folder: str = "tests", most: int | None = None
    ) -> list[Place]:
        """Return the tests that match a pattern, or those that do so most, with the first line."""
        matcher = re.compile(pattern)
        found = [
            (name, [number for number, line in enumerate(lines, 1) if matcher.search(line)])
            for name, lines in self._test_lines
            if name.startswith(f"{folder}/")
        ]
        if most is not None:
            found = sorted(found, key=lambda one: -len(one[1]))[:most]
        return [_first("tests", name, lines, note, CHECK) for name, lines in found if lines]

    def most(self, folder: str, pattern: str, note: str) -> list[Place]:
        """Return the two tests of a folder that match a pattern most often."""
        matcher = re.compile(pattern)
        found = [
            (sum(1 for line in lines if matcher.search(line)), name)
            for name, lines in self._test_lines
            if name.startswith(f"{folder}/test_")
        ]
        best = sorted((one for one in found if one[0]), reverse=True)[:2]
        return [Place("tests", name, 0, "", note, CHECK) for _, name in best]

    def texts(self, area: str, folder: str, text: str, note: str, state: str) -> list[Place]:
        """Return the modules with a text, whatever its case, each with its first line."""
        wanted = text.casefold()
        places: list[Place] = []
        for module in self.modules(folder):
            lines = [
                line
                for found, where in module.texts.items()
                if found.casefold() == wanted
                for line in where
            ]
            if lines:
                places.append(_first(area, module.path, sorted(lines), note, state))
        return places

    def names(
        self, area: str, folders: tuple[str, ...], word: str, note: str, state: str
    ) -> list[Place]:
        """Return the modules with a name, each with its first line."""
        matcher = re.compile(rf"\b{re.escape(word)}\b")
        places: list[Place] = []
        for module in self.modules(*folders):
            imported = module.imports.get(word, "julep_api")
            if word not in module.text or not imported.startswith("julep_api"):
                continue  # another class of the same name
            lines = [number for number, line in enumerate(module.lines, 1) if matcher.search(line)]
            own = word in module.bases
            if lines and not own:
                places.append(_first(area, module.path, lines, note, state))
        return places

    def settings(self, pattern: str, note: str, state: str = TO_DO) -> list[Place]:
        """Return the lines of the generator's settings that match a pattern."""
        path = self.root / SETTINGS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [
            Place("generated", SETTINGS, number, "", note, state)
            for number, line in enumerate(lines, 1)
            if re.match(pattern, line.strip())
        ]

    def class_name(self, schema: str) -> str:
        """Return the name of a schema's class in the generated package."""
        flat = snake(schema).replace("_", "")
        for path in sorted((self.root / PACKAGE / "models").glob("*.py")):
            if path.stem.replace("_", "") == flat:
                match = re.search(
                    r"^class (\w+)|^(\w+): TypeAlias",
                    path.read_text(encoding="utf-8"),
                    re.MULTILINE,
                )
                return (match[1] or match[2]) if match else schema
        return schema


def python_names(name: str) -> set[str]:
    """Return how a name of the contract may be spelled in code."""
    return {name, snake(name), f"{snake(name)}_", name.lower()}


def methods_named(sdk: Sdk, functions: Iterable[Function]) -> dict[str, list[Function]]:
    """Return methods by name, such as "sessions.list"."""
    found: dict[str, list[Function]] = {}
    for one in functions:
        found.setdefault(f"{sdk.resource(one)}.{one.name}", []).append(one)
    return found


def _alike(structure: Structure, hint: str) -> bool:
    """Check whether a structure is named after a schema: sessions and CreateSessionRequest are."""
    function = structure.inside.name if structure.inside else ""
    names = {structure.owner, function}
    flat = hint.lower()
    for name in names:
        stem = re.sub(r"(_json|dict|args|s)$", "", name.lower().strip("_")).replace("_", "")
        if len(stem) > 2 and stem in flat:
            return True
    return False


def _names_in(value: ast.expr, module: Module, depth: int = 3) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and depth:
            yield from (word.arg for word in node.keywords if word.arg)
            for function in module.functions:
                if function.name == node.func.id:
                    yield from function.keys
                    yield from (
                        name for used in function.uses for name in _keys_of(module, used, depth)
                    )


def _keys_of(module: Module, name: str, depth: int) -> Iterator[str]:
    for function in module.functions:
        if function.name == name and depth:
            yield from function.keys
            for used in function.uses:
                if used != name:
                    yield from _keys_of(module, used, depth - 1)


def _first(area: str, path: str, lines: list[int], note: str, state: str) -> Place:
    more = f", {len(lines)} lines" if len(lines) > 1 else ""
    return Place(area, path, lines[0], "", f"{note}{more}", state)


__all__ = [
    "CALLS",
    "CHECK",
    "CORRECTIONS",
    "DELIBERATE",
    "DONE",
    "EXCEPTIONS",
    "MANAGERS",
    "MIGRATIONS",
    "MOST_LINES",
    "PACKAGE",
    "SDK",
    "SERVER",
    "TO_DO",
    "WRITTEN",
    "Checkout",
    "Place",
    "mapping",
    "methods_named",
    "python_names",
    "structures",
]
