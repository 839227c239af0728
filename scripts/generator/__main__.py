"""Write the low-level client from the contract, or check that it is up to date."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from audit import audit
from changes.command import BaseError, base_of, report
from contract import Contract, ContractError
from report import differences

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "openapi.yaml"
OUT = ROOT / "generated" / "julep_api"


def arguments(given: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/generate",
        description="Write generated/julep_api from openapi.yaml.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail with the files that differ"
    )
    parser.add_argument("--spec", type=Path, metavar="FILE", help="another contract (with --out)")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="the package's folder (with --spec)"
    )
    parser.add_argument(
        "--todo",
        action="store_true",
        help="generate nothing; print what changed in the contract, and what must follow",
    )
    parser.add_argument(
        "--since", metavar="REV", help="the commit to compare the contract with (default: HEAD)"
    )
    parser.add_argument("--json", action="store_true", help="print the changes as JSON")
    options = parser.parse_args(given)
    if options.spec is not None and (options.todo or options.json or options.since):
        parser.error("--todo, --since and --json are for the checkout's own contract")
    if options.check and (options.todo or options.json or options.since):
        parser.error("--check goes with none of --todo, --since and --json")
    if (options.spec is None) != (options.out is None):
        parser.error("--spec and --out go together")
    return options


def main(given: list[str]) -> int:
    """Run the command.

    Returns:
        0 if all went well, 1 if the contract cannot be generated or --check found a difference.
    """
    options = arguments(given)
    spec: Path = options.spec or SPEC
    out: Path = options.out or OUT
    own = options.out is None and not options.check
    try:
        # Before the package is replaced: without git, it has the contract to compare with.
        base = base_of(ROOT, SPEC, options.since) if own else None
        if options.todo and base is not None:
            report(ROOT, SPEC, base, [], as_json=options.json, write=False)
            return 0
    except BaseError as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="generate-") as folder:
        fresh = Path(folder) / "julep_api"
        problem = _generate(spec, fresh)
        if problem:
            print(f"{spec.name} cannot be generated:\n{problem}", file=sys.stderr)
            return 1
        found = differences(out, fresh)
        if options.check:
            return _check(found, out)
        if found:
            _replace(fresh, out)
    if not options.json:
        state = f"{len(found)} files differed, all are written" if found else "up to date"
        print(f"{out}: {state}")
    if base is not None:
        report(ROOT, SPEC, base, found, as_json=options.json, write=True)
    return 0


def _generate(spec: Path, target: Path) -> str:
    """Generate a package.

    Returns:
        The problems that prevent it; empty if it was generated.
    """
    try:
        contract = Contract.load(spec)
        problems = audit(contract)
    except ContractError as error:
        return str(error)
    if problems:
        return "\n".join(problems)
    # Only now, since importing the parser takes longer than all of the audit.
    from build import GenerationError, Generator

    try:
        Generator(contract, target).run()
    except GenerationError as error:
        return str(error)
    return ""


def _check(found: list[str], out: Path) -> int:
    if not found:
        print(f"{out.name} is up to date with the contract and the templates.")
        return 0
    print(f"{out.name} differs from the contract and the templates:", file=sys.stderr)
    for line in found:
        print(f"  {line}", file=sys.stderr)
    print("Run ./scripts/generate; never edit generated code by hand.", file=sys.stderr)
    return 1


def _replace(fresh: Path, out: Path) -> None:
    """Replace the old package by the new one."""
    if out.exists() and not (out / "openapi.json").exists() and any(out.iterdir()):
        raise SystemExit(f"{out} is not empty and holds no generated package: nothing was written")
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(fresh, out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
