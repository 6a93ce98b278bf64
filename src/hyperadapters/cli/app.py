"""The application: its options, its consoles, and how a trained model is loaded for a command."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from hyperadapters.cli import screen
from hyperadapters.cli.mistakes import Commands

if TYPE_CHECKING:
    from hyperadapters.run.assembly import Assembly

__all__ = [
    "AsJson",
    "BesideIt",
    "Changes",
    "DataRoot",
    "RunFileArgument",
    "app",
    "console",
    "loaded",
    "options",
    "print_values",
]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Train networks that write adapters for tasks and languages, and use them.\n\n"
    "Begin with `hyperadapters methods`, then `hyperadapters study configs/quickstart.yaml`.",
)

RunFileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A run file, such as `configs/hyper-x/mixed-a.yaml`.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="`recipe.steps=9`, in a study `always.recipe.steps=9`"
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(envvar="HYPERADAPTERS_DATA", help="The folder that holds the corpora in files."),
]
BesideIt = Annotated[
    Path | None,
    typer.Option("--adapted", metavar="FOLDER", help="With what `adapt` fitted for a new name."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


def _version(asked: bool) -> bool:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hyperadapters {version('hyperadapters')}")
        raise typer.Exit
    return asked


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What holds for every command."""


def console(*, stderr: bool = False) -> Console:
    """Where results go, or progress (standard error, so that results can be piped); several
    processes speak with one voice.
    """
    from hyperadapters.machine.ranks import process

    # names of tasks and languages may have brackets and colons: nothing in a text is markup
    quiet = not process().is_main_process
    return screen.Screen(stderr=stderr, quiet=quiet, markup=False, emoji=False)


def print_values(values: Any, table: Any, as_json: bool) -> None:
    """Values as JSON for programs, or their table for people."""
    if as_json:
        screen.say(screen.as_json(values, indent=1))
    else:
        console().print(table)


def loaded(
    run: Path, data_root: Path | None, changes: Sequence[str] = (), adapted: Path | None = None
) -> "Assembly":
    """The trained model in the folder of a run, or in its `model` folder, with what `adapt` wrote
    beside it.
    """
    from hyperadapters.machine.ranks import process
    from hyperadapters.run import extended

    device = process().device
    return extended.read(run, adapted, data_root=data_root, changes=changes, device=device)
