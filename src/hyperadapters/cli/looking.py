"""Commands that look: `describe` and `methods` count, `report` and `nearest` compare."""

from pathlib import Path
from typing import Annotated

import typer

from hyperadapters.cli.app import AsJson, Changes, DataRoot, app, console, print_values
from hyperadapters.cli.screen import say
from hyperadapters.errors import ConfigError

__all__ = ["describe", "methods", "nearest", "report"]


@app.command()
def describe(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|RUN|METHOD",
            help="A run file, the folder of a run, or the name of a method.",
        ),
    ],
    backbone: Annotated[
        str | None, typer.Option(help="Another backbone, by name: `xlm-roberta-base`.")
    ] = None,
    changes: Changes = None,
    data_root: DataRoot = None,
    as_json: AsJson = False,
) -> None:
    """Count the parameters of a run or a method; needs no weights and no network, but the corpora
    where a run takes its labels or its vocabulary from them. Of the folder of a run also what its
    hypernetwork wrote when that was last looked at: sizes, and what they vary by.

    Example: `hyperadapters describe hyper-x-base --backbone xlm-roberta-base`
    """
    from hyperadapters.config import load_run
    from hyperadapters.config.provided import found, provided
    from hyperadapters.report.description import description_table
    from hyperadapters.report.generated import written_facts
    from hyperadapters.report.runs import records_in
    from hyperadapters.run.catalogue import published
    from hyperadapters.run.description import describe as described

    more = [*(changes or []), *([f"backbone.name={backbone}"] if backbone else [])]
    if Path(what).is_dir():
        facts = described(load_run(Path(what) / "run.yaml", more), data_root=data_root)
        facts |= written_facts(records_in(Path(what)))
    elif Path(what).suffix in (".yaml", ".yml") or Path(what).is_file() or what in provided():
        facts = described(load_run(found(Path(what)), more), data_root=data_root)
    else:
        facts = published(what, more)
    print_values(facts, description_table(facts), as_json)


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the methods that are built in, with their parameters in the setting of their paper.

    Example: `hyperadapters methods --json`
    """
    from hyperadapters.report.description import catalogue_table
    from hyperadapters.run.catalogue import catalogue

    entries = catalogue()
    print_values(entries, catalogue_table(entries), as_json)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    paper: Annotated[
        bool, typer.Option("--paper", help="Show the figures of the paper beside ours.")
    ] = False,
    papers: Annotated[
        Path | None,
        typer.Option(envvar="HYPERADAPTERS_PAPERS", help="The folder of their CSV files."),
    ] = None,
    setting: Annotated[
        str | None, typer.Option(help="The paper's setting, where it has several.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the page goes; `report.html`.", dir_okay=False)
    ] = None,
) -> None:
    """Compare runs: a table here, and a page with curves, maps and intervals.

    Example: `hyperadapters report runs/a runs/b --paper --setting mixed-language-multi-task`
    """
    from hyperadapters.report.page import check_page, html, read_run, terminal
    from hyperadapters.report.papers import Papers
    from hyperadapters.study import write_whole

    if setting is not None and not paper:
        raise ConfigError("`--setting` chooses among a paper's figures", remedy="add `--paper`")
    if paper and papers is None:
        raise ConfigError(
            "`--paper` needs the figures of the papers",
            remedy="name the folder of their CSV files: `--papers FOLDER` or HYPERADAPTERS_PAPERS",
        )
    page = output or Path("report.html")
    if output is None:
        check_page(page)
    found = [read_run(run) for run in runs]
    methods = [run.matrix.method for run in found]
    beside = Papers.read(papers).of_methods(methods, setting) if paper and papers else None
    write_whole(page, html(found, beside))
    terminal([run.matrix for run in found], console())
    say(f"report: {page}")


@app.command()
def nearest(
    name: Annotated[str, typer.Argument(help="The language to find neighbours of.")],
    among: Annotated[
        str, typer.Option(metavar="NAME,NAME", help="Candidates: `sw,zu,ig`, those of a run, say.")
    ],
    vectors: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Features of languages: .tsv, .json or .safetensors."),
    ],
    count: Annotated[int, typer.Option(help="Neighbours at most.")] = 3,
    least: Annotated[int, typer.Option(help="Features that each shares at least.")] = 1,
) -> None:
    """Print the mix of the languages that are most like one, for `--language` of other commands;
    and, on standard error, what its weights rest on.

    Example: `hyperadapters nearest yo --among sw,ig,en --vectors typology.tsv`
    """
    from hyperadapters.providers import nearest as found_by

    found = found_by(name, among=among.split(","), vectors=vectors, count=count, least=least)
    for line in found.rests_on:
        console(stderr=True).print(line)
    say(found.mix)
