"""Write the low-level client from the contract, or check that it is up to date."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from changes.command import BaseError, base_of, report
from changes.syntax import SourceError
from contract import Contract, ContractError
from report import differences, print_notes, print_problems
from swap import ForeignFolderError, replace, workspace

if TYPE_CHECKING:
    from build import Package

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
    parser.add_argument(
        "--partial",
        action="store_true",
        help="leave out, and list, the operations that cannot be generated",
    )
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
    except (BaseError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    package = _read(spec, out, partial=options.partial)
    if package is None:
        return 1
    from build import GenerationError, write

    try:
        with _temporary(out) if options.check else workspace(out) as fresh:
            write(package, fresh)
            found = differences(out, fresh)
            if options.check:
                return _check(found, out)
            if found:
                replace(fresh, out)
    except (ForeignFolderError, GenerationError) as error:
        print(error, file=sys.stderr)
        return 1
    if not options.json:
        state = f"{len(found)} files differed, all are written" if found else "up to date"
        print(f"{out}: {state}")
        print_notes(package.findings, spec)
    if base is not None:
        try:
            report(ROOT, SPEC, base, found, as_json=options.json, write=True)
        except SourceError as error:
            print(f"{error}. Then run ./scripts/generate --todo.", file=sys.stderr)
            return 1
    return 0


def _read(spec: Path, out: Path, *, partial: bool) -> Package | None:
    """Read the contract.

    Returns:
        What will be written; None if there are problems, which are printed.
    """
    try:
        contract = Contract.load(spec)
    except ContractError as error:
        print(f"{spec.name} cannot be generated:\n{error}", file=sys.stderr)
        return None
    # Only now, since importing the parser takes longer than all of the reading.
    from build import read
    from partial import without

    package = read(contract, out)
    problems = package.findings.problems
    if partial and problems:
        rest = without(contract, problems)
        if rest is not None:
            again = read(rest.contract, out)
            print_problems(package.findings, spec, left_out=rest.operations)
            if not again.findings.problems:
                return again
            problems = again.findings.problems
    if problems:
        print_problems(package.findings, spec)
        return None
    return package


@contextmanager
def _temporary(out: Path) -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="generate-") as folder:
        yield Path(folder) / out.name


def _check(found: list[str], out: Path) -> int:
    if not found:
        print(f"{out.name} is up to date with the contract and the templates.")
        return 0
    print(f"{out.name} differs from the contract and the templates:", file=sys.stderr)
    for line in found:
        print(f"  {line}", file=sys.stderr)
    print("Run ./scripts/generate; never edit generated code by hand.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
