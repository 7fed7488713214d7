"""Every command in one: python -m study, installed as distil.

Each is a module of its own as well: python -m study.launch, python -m analysis.table.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from records.cli import command_of, run_command

NAME = "distil"
SUMMARIES = {
    "launch": "Run a study, or what is missing of it, and show its table.",
    "status": "How far studies are (--watch), what failed and why.",
    "ui": "MLflow's pages, open at the last study.",
    "export": "A student leaves: a file, its card, a script that runs it.",
    "clean": "Remove failed runs and unused artifacts: shows them, asks.",
    "records": "Move records between MLflow stores: export, import.",
    "preflight": "The nodes of a Ray cluster.",
    "table": "A study's table: text, md, csv, latex, json.",
    "figures": "A study's figures, as PNG and SVG.",
    "report": "A study's report: one HTML file with all of it.",
    "compare": "Studies side by side: what moved, and what is the same to the bit.",
    "ranks": "Ways that were tuned alike, over several studies.",
}
ANALYSIS = ("table", "figures", "report", "compare", "ranks")


def commands() -> TyperGroup:
    """All commands; what each needs is imported when it is called, or its options are asked."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.callback(invoke_without_command=True, epilog="README.md and docs/ say the rest.")
    def all_of_them(context: typer.Context) -> None:
        """Studies of distillation between domains: run, watched, tabulated."""
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for name, summary in SUMMARIES.items():
        group.add_command(_Deferred(name, help=summary))
    return group


class _Deferred(TyperCommand):
    """A command's name and summary; the command itself from the moment that it is entered.

    So the list of commands, and the shell's completion of them, wait for no import of torch.
    """

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        """The context of the command itself."""
        assert self.name
        return command_of(_function(self.name)).make_context(info_name, args, *rest, **more)


def _function(name: str) -> Callable[..., int]:
    if name in ANALYSIS:
        from analysis.publish import command

        return command(name)
    function: Callable[..., int] = getattr(import_module(f"study.{name}"), name)
    return function


def main() -> int:
    """The command's entry: its exit code."""
    return run_command(commands(), NAME)


if __name__ == "__main__":
    sys.exit(main())
