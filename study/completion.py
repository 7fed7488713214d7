"""Completion of this project's commands for bash (and zsh, after `autoload bashcompinit`):

    eval "$(python -m study.completion)"

What it knows is written out once, so that no Python starts at a TAB.
"""

import importlib
from collections.abc import Callable

import typer
from typer.main import get_command

from search_spaces.base.catalogue import names

COMMANDS = {
    "study.launch": "launch",
    "study.status": "status",
    "study.clean": "clean",
    "study.records": "records",
    "study.preflight": "preflight",
    "analysis.table": "table",
    "analysis.figures": "figures",
    "analysis.report": "report",
}
SCRIPT = """\
_study() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} last=${{COMP_WORDS[COMP_CWORD-1]}} options
  [ "${{COMP_WORDS[1]}}" = -m ] || return
  if [ "$COMP_CWORD" = 2 ]; then
    COMPREPLY=($(compgen -W "study {modules}" -- "$word")); return
  fi
  if [ "$last" = --space ]; then
    COMPREPLY=($(compgen -W "{spaces}" -- "$word") $(compgen -f -X '!*.py' -- "$word")); return
  fi
  case ${{COMP_WORDS[2]}} in
{cases}
    *) return ;;
  esac
  [[ $word = -* ]] && COMPREPLY=($(compgen -W "$options" -- "$word"))
}}
complete -o default -F _study python python3 .venv/bin/python"""


def options_of(module: str, function: str) -> list[str]:
    """The options of a command, as its own parser knows them."""
    found = importlib.import_module(
        "analysis.figures.__main__" if function == "figures" else module
    )
    command: Callable[..., int] = getattr(found, function)
    app = typer.Typer(add_completion=False)
    app.command()(command)
    given = get_command(app).params
    return [name for each in given for name in each.opts + each.secondary_opts if name[:2] == "--"]


def script() -> str:
    """The shell's side of it."""
    cases = [
        f'    {module}) options="{" ".join([*options_of(module, function), "--help"])}" ;;'
        for module, function in COMMANDS.items()
    ]
    return SCRIPT.format(
        modules=" ".join(COMMANDS), spaces=" ".join(names()), cases="\n".join(cases)
    )


if __name__ == "__main__":
    print(script())
