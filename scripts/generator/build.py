"""Run openapi-python-client: parse, check that nothing was dropped, render, format."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, cast

import emit
from contract import Contract, Node, read_yaml
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import Class
from shapes import ShapeMaker
from views import HEADERS_OF_THE_DRIVER, Views, component_shape, member_name

from docs import sentence, wrap

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
PACKAGE = "julep_api"
UNWANTED = ("README.md", "pyproject.toml", ".gitignore", ".ruff_cache")


class GenerationError(Exception):
    """The contract contains something that cannot be generated; the text lists all of it."""


def _settings() -> Node:
    return cast("Node", read_yaml(HERE / "config.yaml"))


def _config(settings: Node, target: Path) -> Config:
    overrides = {name: {"class_name": new} for name, new in settings["class_overrides"].items()}
    file = ConfigFile.model_validate(
        {"class_overrides": overrides, "package_name_override": PACKAGE, "post_hooks": []}
    )
    return Config.from_sources(file, MetaType.NONE, target, "utf-8", True, target)


def _explain(errors: list[Any]) -> str:
    """Return openapi-python-client's errors and warnings as text; it drops what it warns about."""
    texts = [f"{one.header}\n{textwrap.indent(one.detail or '', '  ')}".strip() for one in errors]
    return "\n".join(texts)


def without_nulls(node: Any) -> Any:
    """Return a document without null as a value.

    The parser turns every nullable enum into a union with a class of its own, which changes names
    (upstream issue 1243 is about another side of it). Whether null is allowed is read from the
    contract itself.
    """
    if isinstance(node, list):
        return [without_nulls(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("Node", node)
    kept = {
        key: without_nulls(value)
        for key, value in fields.items()
        if key != "nullable" or value is not True
    }
    values: Any = kept.get("enum")
    if isinstance(values, list):
        known = [value for value in cast("list[object]", values) if value is not None]
        kept["enum"] = known or values
    return kept


class Generator:
    """One run: a contract and the target folder of its package."""

    def __init__(self, contract: Contract, target: Path) -> None:
        self._contract = contract
        self._target = target
        self._settings = _settings()
        self._config = _config(self._settings, target)
        self._maker = ShapeMaker(contract, self._class_of)
        self._views = Views(contract, self._maker, self._settings)

    def _class_of(self, component: str) -> Class:
        return Class.from_string(string=f"/components/schemas/{component}", config=self._config)

    def run(self) -> None:
        """Generate the package of a contract that passed the audit.

        Raises:
            GenerationError: If anything in the contract cannot be expressed.
        """
        data = self._parse()
        aliases = self._collect(data)
        self._render(data, aliases)
        format_code(self._target)

    def _parse(self) -> GeneratorData:
        document = without_nulls(json.loads(json.dumps(self._contract.document, default=str)))
        data = GeneratorData.from_dict(document, config=self._config)
        if isinstance(data, GeneratorError):
            raise GenerationError(_explain([data]))
        errors = list(data.errors)
        for collection in data.endpoint_collections_by_tag.values():
            errors += collection.parse_errors
        if errors:
            raise GenerationError(_explain(errors))
        return data

    def _collect(self, data: GeneratorData) -> dict[str, tuple[str, Any, str]]:
        """Visit every schema once, to assign each class its own, and compare with the parser.

        Returns:
            The named schemas that are not classes.
        """
        # A free-form object is a dict here, not a class of no attributes.
        data.models = [
            one for one in data.models if one.required_properties or one.optional_properties
        ]
        classes: dict[str, Any] = {
            str(one.class_info.name): one for one in [*data.models, *data.enums]
        }
        for endpoint, _ in self._endpoints(data):
            for prop in endpoint.header_parameters:
                header = prop.name.get_untrusted_value().lower()
                if header in HEADERS_OF_THE_DRIVER and hasattr(prop, "class_info"):
                    data.enums.remove(classes.pop(prop.class_info.name))
        pool = list(classes.values())
        for name in self._contract.schemas:
            component_shape(self._maker, name, pool)
        self._operations = [
            self._views.operation(endpoint, source) for endpoint, source in self._endpoints(data)
        ]
        seen: set[str] = set()
        while todo := sorted(set(self._maker.schemas) - seen):
            for name in todo:
                seen.add(name)
                if hasattr(classes.get(name), "required_properties"):
                    self._views.model(classes[name])
        differing = sorted(set(classes) ^ seen)
        expected = {source.name for source in self._contract.operations()}
        differing += sorted(expected ^ {one.id for one in self._operations})
        if differing:
            raise GenerationError(
                f"the parser and the templates disagree on: {', '.join(differing)}"
            )
        aliases = self._views.aliases(pool)
        for model in data.models:
            aliases.update(self._views.inline_aliases(model))
        if taken := sorted(aliases.keys() & classes.keys()):
            raise GenerationError(
                f"two schemas would have the name {', '.join(taken)}; expected other names"
            )
        return aliases

    def _endpoints(self, data: GeneratorData) -> list[tuple[Any, Any]]:
        """Pair the parser's endpoints with the document's operations."""
        sources = {(one.method, one.path): one for one in self._contract.operations()}
        return [
            (endpoint, sources[endpoint.method, endpoint.path.get_untrusted_value()])
            for collection in data.endpoint_collections_by_tag.values()
            for endpoint in collection.endpoints
        ]

    def _render(self, data: GeneratorData, aliases: dict[str, tuple[str, Any, str]]) -> None:
        project = Project(openapi=data, config=self._config, custom_template_path=TEMPLATES)
        operations = sorted(self._operations, key=lambda one: one.id)
        views = {(one.method, one.path): one for one in operations}
        exports = {
            str(one.class_info.name): str(one.class_info.module_name)
            for one in [*data.models, *data.enums]
        }
        exports.update({name: module for name, (module, _, _) in aliases.items()})

        def view_of(endpoint: Any) -> Any:
            return views[endpoint.method.upper(), endpoint.path.get_untrusted_value()]

        def schema_of(enum: Any) -> Node:
            return self._maker.schemas[enum.class_info.name]

        names = cast("dict[str, Any]", project.env.globals)
        names.update(
            model_view=self._views.model,
            operation_view=view_of,
            enum_schema=schema_of,
            exports=lambda: sorted(exports.items()),
            encoder=emit.encoder,
            annotation=emit.annotation,
            words=emit.words,
            type_test=emit.type_test,
            member_name=member_name,
            wrap=wrap,
            sentence=sentence,
        )
        project.env.filters["operation_module"] = lambda endpoint: view_of(endpoint).module
        # In Python source, not in HTML: jinja's own tojson would escape quotes and angle brackets.
        project.env.filters["tojson"] = lambda value: json.dumps(str(value), ensure_ascii=False)
        with contextlib.redirect_stdout(io.StringIO()):
            errors = list(project.build())
        if errors:
            raise GenerationError(_explain(errors))
        for name, (module, shape, doc) in aliases.items():
            text = project.env.get_template("alias.py.jinja").render(
                name=name, shape=shape, doc=doc
            )
            (self._target / "models" / f"{module}.py").write_text(text, encoding="utf-8")
        table = project.env.get_template("operations.py.jinja").render(operations=operations)
        (self._target / "operations.py").write_text(table, encoding="utf-8")
        self._copy_handwritten_modules()

    def _copy_handwritten_modules(self) -> None:
        """Replace the stock types, errors and client by the runtime."""
        for source in sorted([*TEMPLATES.glob("runtime/*.py"), *TEMPLATES.glob("mixins/*.py")]):
            shutil.copyfile(source, self._target / source.name)
        (self._target / "py.typed").write_text("", encoding="utf-8")
        document = json.dumps(
            self._contract.document, ensure_ascii=False, separators=(",", ":"), default=str
        )
        (self._target / "openapi.json").write_text(document + "\n", encoding="utf-8")
        for name in UNWANTED:
            path = self._target / name
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)


def format_code(target: Path) -> None:
    """Remove unused imports, sort them, and format; by a pinned ruff that reads no settings.

    As a hook of openapi-python-client, ruff would read the settings of whatever project the target
    is in, and the result would depend on where it is written.
    """
    # -I: a module in the current folder must not shadow one of Python's own.
    ruff = [sys.executable, "-I", "-m", "ruff"]
    options = [
        "--isolated",
        "--no-cache",
        "--quiet",
        "--line-length",
        "100",
        "--target-version",
        "py311",
    ]
    for command in (["check", "--fix", "--select", "F401,I"], ["format"]):
        done = subprocess.run(
            [*ruff, *command, *options, str(target)],
            check=False,
            cwd=target,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            problem = f"{done.stdout}{done.stderr}"
            raise GenerationError(f"ruff {command[0]} failed on the generated code:\n{problem}")
