"""The command ``julep completion``: the scripts by which three shells complete its words."""

from __future__ import annotations

import sys
from inspect import Parameter
from typing import Annotated, Any, Final, Literal, cast

from cyclopts import App
from cyclopts import Parameter as Details

from julep._cli.candidates import FILES_FOLLOW
from julep._cli.commands import command

Shell = Literal["bash", "zsh", "fish"]

# They pass on what was typed, and complete a file or a folder where the status says so.
_SCRIPTS: Final[dict[str, str]] = {
    # Bash splits words at = and :, too: the line is passed, and those beginnings are cut off.
    "bash": """\
_julep() {
    local line="${COMP_LINE:0:COMP_POINT}" found begun word
    found=$(julep completion candidates --line "$line" 2>/dev/null)
    if [[ $? == STATUS ]]; then
        compopt -o filenames 2>/dev/null
        found=$(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
    fi
    COMPREPLY=()
    # Not by splitting, which would put file names in the place of patterns such as a*.
    while IFS=$'\\t' read -r word _; do [[ $word ]] && COMPREPLY+=("$word"); done <<< "$found"
    begun="${line##*[[:space:]]}"
    COMPREPLY=("${COMPREPLY[@]#"${begun%"${begun##*[=:]}"}"}")
}
complete -F _julep julep
""",
    "zsh": """\
#compdef julep
_julep() {
    local found
    local -a lines words_ texts
    found=$(julep completion candidates -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    if (( $? == STATUS )); then _files; return; fi
    lines=("${(@f)found}")
    if [[ -z "${lines[1]}" ]]; then return 1; fi
    words_=("${(@)lines%%$'\\t'*}")
    texts=("${(@)lines//$'\\t'/  }")
    compadd -l -d texts -a words_
}
compdef _julep julep
""",
    "fish": """\
function __julep_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l found (julep completion candidates -- $words[2..-1] 2>/dev/null)
    if test $status -eq STATUS
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c julep -f -a '(__julep_candidates)'
""",
}
_EXAMPLES: Final = (
    'bash  # eval "$(julep completion bash)" in ~/.bashrc',
    'zsh   # eval "$(julep completion zsh)" in ~/.zshrc, after compinit',
    "fish  # julep completion fish | source, in ~/.config/fish/config.fish",
)


def completion_app() -> App:
    """Return the command."""
    about = "Print the completion of a shell, to be evaluated by it."
    hint = cast("Any", Annotated)[Shell, Details(help="The shell.")]
    word = Parameter("shell", Parameter.POSITIONAL_ONLY, annotation=hint)
    return command("completion", about, _EXAMPLES, _print_script, word)


def _print_script(shell: Shell) -> int:
    sys.stdout.write(_SCRIPTS[shell].replace("STATUS", str(FILES_FOLLOW)))
    return 0
