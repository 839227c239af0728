"""Write a package: read the contract, render by openapi-python-client, format."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple, cast

import emit
from audit import audit
from contract import Contract, Node, read_yaml
from findings import Findings
from names import Names, member_name, member_names
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.schema.untrusted_string import UntrustedString
from operation_views import OperationView
from operations import Operations, encoder_name
from shapes import ShapeMaker
from views import AliasView, EnumView, ModelView, Views

from docs import sentence, wrap

HERE = Path(__file__).parent
SPEC = HERE.parents[1] / "openapi.yaml"
TEMPLATES = HERE / "templates"
PACKAGE = "julep_api"
UNWANTED = ("README.md", "pyproject.toml", ".gitignore", ".ruff_cache")
# Modules of the runtime that a package has only if its contract needs them, with what they import.
OPTIONAL = {
    "media": {"bodies", "styles", "unions"},
    "bodies": {"styles"},
    "formats": set[str](),
    "styles": set[str](),
    "unions": set[str](),
}


class GenerationError(Exception):
    """The package cannot be written."""


class Collection(NamedTuple):
    """The operations of one tag, as openapi-python-client renders them."""

    tag: str
    endpoints: list[OperationView]
    parse_errors: tuple[()] = ()


class Package(NamedTuple):
    """Everything that a package consists of."""

    contract: Contract
    findings: Findings
    models: list[ModelView]
    enums: list[EnumView]
    aliases: list[AliasView]
    operations: list[OperationView]


def settings_of(contract: Contract) -> Node:
    """Return the generator's settings for a contract: those in the file are for the project's."""
    settings = cast("Node", read_yaml(HERE / "config.yaml"))
    info = contract.document.get("info")
    title = cast("Node", info).get("title") if isinstance(info, dict) else None
    is_own = contract.path == SPEC or title == settings["contract"]
    return settings if is_own else {}


def _config(settings: Node, target: Path) -> Config:
    given: dict[str, str] = settings.get("class_overrides", {})
    file = ConfigFile.model_validate(
        {
            "class_overrides": {name: {"class_name": new} for name, new in given.items()},
            "package_name_override": target.name,
            "post_hooks": [],
        }
    )
    return Config.from_sources(file, MetaType.NONE, target, "utf-8", True, target)


def read(contract: Contract, target: Path) -> Package:
    """Read a contract: everything that will be written, and what was found in it.

    Args:
        contract: The contract.
        target: The folder of the package, which gives it its name.
    """
    findings = Findings(contract)
    settings = settings_of(contract)
    if not audit(contract, findings):
        return Package(contract, findings, [], [], [], [])
    names = Names(contract, _config(settings, target), findings)
    maker = ShapeMaker(contract, names, findings, settings.get("uuid", "uuid"))
    # Operations first: whether a text is a file depends on the body that it is in.
    own = bool(settings.get("own_parameters"))
    operations = Operations(contract, maker, findings, own_parameters=own).read()
    views = Views(contract, maker, names, settings)
    aliases = views.aliases()
    models: dict[str, ModelView] = {}
    while todo := [name for name in maker.models if name not in models]:
        for name in todo:
            models[name] = views.model(name)
            aliases += views.inline_aliases(models[name])
    enums = [views.enum(name) for name in maker.enums]
    names.compare_spellings()
    return Package(contract, findings, list(models.values()), enums, aliases, operations)


def write(package: Package, target: Path) -> None:
    """Write a package.

    Raises:
        GenerationError: If the code cannot be formatted: an error of the generator.
    """
    _render(package, target)
    _copy_runtime(package.contract, target)
    format_code(target)


def _render(package: Package, target: Path) -> None:
    """Render the templates, in the order and to the files of openapi-python-client."""
    by_package: dict[Any, Any] = {}
    for one in package.operations:
        by_package.setdefault(one.package, Collection(one.tag, [])).endpoints.append(one)
    data = GeneratorData(
        title=UntrustedString(PACKAGE),
        description=None,
        version=UntrustedString("0"),
        models=cast("list[Any]", package.models),
        errors=[],
        endpoint_collections_by_tag=by_package,
        enums=cast("list[Any]", package.enums),
    )
    config = _config(settings_of(package.contract), target)
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    infos = [one.class_info for one in package.models] + [one.class_info for one in package.enums]
    classes = {one.name: one.module_name for one in infos}
    exports = {**classes, **{one.name: one.module for one in package.aliases}}
    names = cast("dict[str, Any]", project.env.globals)
    names.update(
        exports=lambda: sorted(exports.items()),
        encoder=emit.encoder,
        words=emit.words,
        annotation=emit.annotation,
        type_test=emit.type_test,
        DIRECT=emit.DIRECT,
        member_name=member_name,
        member_names=member_names,
        encoder_name=encoder_name,
        wrap=wrap,
        sentence=sentence,
    )
    # In Python source, not in HTML: jinja's own tojson would escape quotes and angle brackets.
    project.env.filters["tojson"] = lambda value: json.dumps(str(value), ensure_ascii=False)
    with contextlib.redirect_stdout(io.StringIO()):
        errors = list(project.build())
    if errors:
        raise GenerationError("\n".join(f"{one.header}: {one.detail}" for one in errors))
    for alias in package.aliases:
        text = project.env.get_template("alias.py.jinja").render(
            name=alias.name, shape=alias.shape, doc=alias.doc
        )
        (target / "models" / f"{alias.module}.py").write_text(text, encoding="utf-8")
    operations = sorted(package.operations, key=lambda one: one.id)
    table = project.env.get_template("operations.py.jinja").render(operations=operations)
    (target / "operations.py").write_text(table, encoding="utf-8")


def _copy_runtime(contract: Contract, target: Path) -> None:
    """Replace the stock types, errors and client by the runtime, as far as the package needs it."""
    rendered = [path.read_text(encoding="utf-8") for path in target.glob("[am]*/**/*.py")]
    used = {
        name
        for name in OPTIONAL
        if any(re.search(rf"[ (\[{{]{name}\.|: {name}\.", text) for text in rendered)
    }
    used = used.union(*(OPTIONAL[name] for name in used))
    mixins = sorted(TEMPLATES.glob("mixins/*.py")) if settings_of(contract) else []
    for source in [*sorted(TEMPLATES.glob("runtime/*.py")), *mixins]:
        if source.stem in OPTIONAL and source.stem not in used:
            continue
        shutil.copyfile(source, target / source.name)
    (target / "py.typed").write_text("", encoding="utf-8")
    document = json.dumps(contract.document, ensure_ascii=False, separators=(",", ":"), default=str)
    (target / "openapi.json").write_text(document + "\n", encoding="utf-8")
    for name in UNWANTED:
        path = target / name
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
