"""Commands that give a trained model to others: `card` and `push`."""

from pathlib import Path
from typing import Annotated

import typer

from hyperadapters.cli.app import RunFolder, app, placed
from hyperadapters.cli.screen import say

__all__ = ["card", "push"]

License = Annotated[
    str, typer.Option(metavar="NAME", help="Of the model, as the hub writes it: `apache-2.0`.")
]


@app.command()
def card(
    run: RunFolder,
    name: Annotated[
        str, typer.Option("--to", metavar="USER/NAME", help="What others will load it by.")
    ] = "",
    license: License = "",
) -> None:
    """Print the model card of a trained run: rows, data, figures, and how it is used.

    Example: `hyperadapters card runs/my-run`
    """
    from hyperadapters.trained import load

    say(load(placed(run)).card(name, license=license).rstrip("\n"))


@app.command()
def push(
    run: RunFolder,
    name: Annotated[
        str, typer.Option("--to", metavar="USER/NAME", help="The name on the hub; new, or yours.")
    ],
    private: Annotated[
        bool | None, typer.Option("--private/--public", help="Who may see a new name.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Where to; `main` without.")
    ] = None,
    license: License = "",
    dry_run: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write there what would be uploaded; upload nothing."),
    ] = None,
) -> None:
    """Upload a trained run to the hub, with its scores and a model card: others give USER/NAME in
    place of a folder. What lies under the name from before is replaced. `hf auth login` comes
    first.

    Example: `hyperadapters push runs/my-run --to ada/my-run --license apache-2.0`
    """
    from hyperadapters.trained import load

    trained = load(placed(run))
    if dry_run is not None:
        trained.save(dry_run, name=name, license=license, revision=revision)
        say(f"written, and not uploaded: {dry_run}")
        return
    say(trained.push_to_hub(name, private=private, revision=revision, license=license))
