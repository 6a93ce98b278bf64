"""The command `export`: rows of a trained model in the formats of other programs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from hyperadapters.cli.app import RunFolder, app, console, loaded
from hyperadapters.cli.screen import say
from hyperadapters.errors import ConfigError

__all__ = ["export"]


@app.command()
def export(
    run: RunFolder,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to; new, or empty.")],
    tasks: Annotated[
        list[str],
        typer.Option("--task", "--tasks", metavar="NAME", help="A task of the run; or `all`."),
    ],
    languages: Annotated[
        list[str],
        typer.Option(
            "--language", "--languages", metavar="NAME", help="A language, or `de-en`; or `all`."
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(help="`peft` (the default), `adapterhub`, `table`, or `merged`."),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="The same as `--format merged`: a whole model.")
    ] = False,
    head: Annotated[
        bool, typer.Option("--head/--no-head", help="Whether the head of the task goes along.")
    ] = True,
    with_backbone: Annotated[
        bool,
        typer.Option("--with-backbone", help="`adapterhub`: a backbone with trained norms too."),
    ] = False,
    base: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What the backbone is called where this is used."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="`backbone.path=...` after it has moved."),
    ] = None,
) -> None:
    """Write the weights of a task in a language, also one never trained with it, for other
    programs to read.

    One row comes into FOLDER, several into FOLDER/TASK/LANGUAGE. `--task` and `--language` may be
    given again and again.

    Example: `hyperadapters export RUN --task ner --language yo --to ner-yo --format peft`
    """
    from rich.progress import Progress

    from hyperadapters.export import cells_of, format_of
    from hyperadapters.export import export as written
    from hyperadapters.mixes import unsigned

    if merge and format is not None:
        raise ConfigError(
            "`--merge` is a format of its own", found=f"`--format {format}` beside it"
        )
    asked: dict[str, Any] = {"head": head, "backbone": with_backbone, "base": base}
    usual = {"head": True, "backbone": False, "base": None}
    options = {key: value for key, value in asked.items() if value != usual[key]}
    chosen = format_of("merged" if merge else format or "peft", options)
    assembly = loaded(run, None, changes or ())
    cells = cells_of(assembly, tasks, [unsigned(language) for language in languages])
    with Progress(console=console(stderr=True), transient=True) as bar:
        line = bar.add_task("export", total=len(cells))

        def progress(done: int, total: int, cell: str) -> None:
            bar.update(line, completed=done, description=cell or "export")

        folders = written(assembly, cells, to, chosen, progress)
    say(f"{len(folders):,} in {to}" if len(folders) > 1 else f"written: {to}")
