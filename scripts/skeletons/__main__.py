"""Writes the skeleton of an operation or a resource, and lists what is left to do."""

from __future__ import annotations

import argparse
import sys

from scripts.skeletons.contract import Contract, SkeletonError
from scripts.skeletons.operation import add_operation
from scripts.skeletons.resource import add_resource


def main(given: list[str]) -> int:
    """Run scripts/new-operation or scripts/new-resource."""
    parser = argparse.ArgumentParser(prog="scripts/new-…", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    operation = commands.add_parser("operation", prog="scripts/new-operation")
    operation.add_argument("id", help="the operation's id in openapi.yaml, such as GetUser")
    operation.add_argument("method", help="the method's name, such as get")
    resource = commands.add_parser("resource", prog="scripts/new-resource")
    resource.add_argument("tag", help="the tag of its operations in openapi.yaml, such as users")
    options = parser.parse_args(given)
    try:
        if options.command == "operation":
            lines = [*add_operation(Contract(), options.id, options.method)]
        else:
            lines = [*add_resource(Contract(), options.tag)]
    except SkeletonError as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
