"""The command ``julep completion``: commands, options, and ids of the server, for three shells."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from inspect import Parameter
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, NamedTuple, cast, get_args, get_origin

from cyclopts import App
from cyclopts import Parameter as Details

from julep._cli.commands import command
from julep._cli.names import CLIENT_COMMANDS, OPTIONS, RESOURCE_COMMANDS, SERVER_COMMANDS
from julep._cli.output import printable
from julep._cli.resources import RESOURCES

Shell = Literal["bash", "zsh", "fish"]

_SCRIPTS: Final[dict[str, str]] = {
    "bash": """\
_julep() {
    local IFS=$'\\n' words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    COMPREPLY=($(julep completion candidates -- "${words[@]}" 2>/dev/null | cut -f1))
}
complete -o default -F _julep julep
""",
    "zsh": """\
#compdef julep
_julep() {
    local -a lines words_ texts
    lines=("${(@f)$(julep completion candidates -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -z "${lines[1]}" ]]; then _files; return; fi
    words_=("${(@)lines%%$'\\t'*}")
    texts=("${(@)lines//$'\\t'/  }")
    compadd -d texts -a words_
}
compdef _julep julep
""",
    "fish": """\
function __julep_candidates
    set -l words (commandline -opc) (commandline -ct)
    julep completion candidates -- $words[2..-1] 2>/dev/null
end
complete -c julep -n 'not __fish_seen_subcommand_from import apply' -f
complete -c julep -a '(__julep_candidates)'
""",
}
_EXAMPLES: Final = (
    'bash  # eval "$(julep completion bash)" in ~/.bashrc',
    'zsh   # eval "$(julep completion zsh)" in ~/.zshrc, after compinit',
    "fish  # julep completion fish | source, in ~/.config/fish/config.fish",
)
_MAX_IDS: Final = 50
_SECONDS: Final = 2.0
# Commands without a tree of the framework.
_PLAIN: Final = {
    "chat": ("--agent", "--session", "--url", "--profile", "--help"),
    "doctor": ("--url", "--profile", "--json", "--help"),
}
# What the values of options are ids of.
_IDS: Final = {
    option: resource
    for resource in ("agents", "users", "sessions")
    for option in OPTIONS[f"{resource[:-1]}_id"]
}


class Candidate(NamedTuple):
    """A word that may follow, and what it is."""

    word: str
    text: str = ""


def completion_app() -> App:
    """Return the command."""
    about = "Print the completion of a shell, to be evaluated by it."
    hint = cast("Any", Annotated)[Shell, Details(help="The shell.")]
    word = Parameter("shell", Parameter.POSITIONAL_ONLY, annotation=hint)
    return command("completion", about, _EXAMPLES, _print_script, word)


def _print_script(shell: Shell) -> int:
    sys.stdout.write(_SCRIPTS[shell])
    return 0


def print_candidates(words: Sequence[str], build: Callable[[str], App]) -> int:
    """Print what may stand in the place of the last word: a line each, with a tab and a text.

    Args:
        words: The words after ``julep``.
        build: Returns the tree that has the command of a first word.
    """
    *before, current = words or [""]
    for word, text in _candidates(before, current, build):
        # An agent may be completed by its name, too.
        is_meant = word.startswith(current) or (
            not current.startswith("-") and text.lower().startswith(current.lower())
        )
        if is_meant:
            sys.stdout.write(f"{printable(word)}\t{printable(text, keep='')}\n")
    return 0


def _candidates(
    before: Sequence[str], current: str, build: Callable[[str], App]
) -> Iterable[Candidate]:
    if not before:
        known = {**CLIENT_COMMANDS, **RESOURCE_COMMANDS}
        if find_spec("uvicorn") is not None:
            known |= SERVER_COMMANDS
        return [Candidate(name, text) for name, text in sorted(known.items())]
    first, option = before[0], before[-1]
    if option == "--profile":
        return _profiles()
    if option in _IDS:
        return _ids(_IDS[option], before)
    if first in _PLAIN:
        return map(Candidate, _PLAIN[first])
    is_server = first in SERVER_COMMANDS
    app = import_module("julep_server.cli").command_line if is_server else build(first)
    return _of_tree(app, before, current)


def _of_tree(app: App, before: Sequence[str], current: str) -> Iterable[Candidate]:
    """Return commands, options, choices, or ids of a command that the framework has."""
    depth = 0
    while depth < len(before) and not before[depth].startswith("-") and before[depth] in app:
        app, depth = app[before[depth]], depth + 1
    if app.default_command is None:
        names = [name for name in app if not name.startswith("-")]
        return [Candidate(name, app[name].help.partition("\n")[0]) for name in names]
    arguments = app.assemble_argument_collection()
    if current.startswith("-"):
        options = [each for each in arguments if each.names and each.names[0].startswith("--")]
        return [Candidate(each.names[0], each.parameter.help or "") for each in options]
    option = next((each for each in arguments if before[-1] in each.names), None)
    if option is not None and bool not in get_args(option.hint):
        return _choices(option.hint)
    words = [
        choice for each in arguments if each.index is not None for choice in _choices(each.hint)
    ]
    takes_id = any(before[0] == each.name for each in RESOURCES) and depth == len(before)
    return words or (_ids(before[0], before) if takes_id else [])


def _choices(hint: Any) -> list[Candidate]:
    """Return the values of an option or a word that has few of them."""
    members = (hint, *get_args(hint))
    return [
        Candidate(value)
        for member in members
        if get_origin(member) is Literal
        for value in get_args(member)
    ]


def _profiles() -> Iterator[Candidate]:
    from julep._cli.profiles import profile_names
    from julep.errors import ConfigurationError

    with suppress(ConfigurationError):
        yield from map(Candidate, profile_names())


def _ids(resource: str, before: Sequence[str]) -> list[Candidate]:
    """Return the newest ids of a resource, or nothing if the server does not answer soon."""
    from julep._cli.connection import connection
    from julep.errors import JulepError

    values = dict(pairwise(before))
    owner = {
        f"{name}_id": values[option]
        for name in ("agent", "user")
        if (option := f"--{name}") in values and resource in {"docs", "tools", "memories"}
    }
    try:
        found = connection(values.get("--url"), values.get("--profile"))
        with found.client(timeout=_SECONDS, max_retries=0) as client:
            manager: Any = getattr(client, resource)
            if not hasattr(manager, "list"):
                return []
            items: Sequence[Any] = manager.list(**owner, limit=_MAX_IDS)
    except JulepError:
        return []
    return [Candidate(str(item.id), _title(item)) for item in items]


def _title(item: Any) -> str:
    names = ("name", "title", "content", "situation")
    found = next((text for name in names if isinstance(text := getattr(item, name, None), str)), "")
    return " ".join(found.split())[:60]
