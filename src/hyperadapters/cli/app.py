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
    "RunFolder",
    "StudyFileArgument",
    "app",
    "console",
    "loaded",
    "options",
    "placed",
    "print_values",
]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Train networks that write adapters for tasks and languages, and use them.\n\n"
    "Begin with `hyperadapters methods`, then `hyperadapters study quickstart`.",
)


def _found(file: Path) -> Path:
    from hyperadapters.config.provided import found

    return found(file)


RunFileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        callback=_found,
        help="A run file, or the name of one that comes along: `hyper-x/mixed-a`.",
    ),
]
StudyFileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        callback=_found,
        help="A study file, or the name of one that comes along: `quickstart`.",
    ),
]
RunFolder = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="The folder that `train` wrote, such as `runs/my-run`; or `user/name[@REVISION]` on "
        "the hub.",
    ),
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


def placed(run: Path) -> Path:
    """The folder of a trained model that a command is given: `user/name@revision` may stand for
    it.
    """
    from hyperadapters.run.hub import folder_of

    name, at, revision = str(run).rpartition("@")
    folder = folder_of(name, revision) if at and not run.exists() else folder_of(run)
    if folder != run:
        console(stderr=True).print(f"read from the hub: {run}")
    return folder


def loaded(
    run: Path, data_root: Path | None, changes: Sequence[str] = (), adapted: Path | None = None
) -> "Assembly":
    """The trained model in the folder of a run, in its `model` folder or on the hub, with what
    `adapt` wrote beside it.
    """
    from hyperadapters.machine.ranks import process
    from hyperadapters.run import extended

    device = process().device
    return extended.read(placed(run), adapted, data_root=data_root, changes=changes, device=device)
