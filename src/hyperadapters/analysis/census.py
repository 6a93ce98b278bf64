"""What a run's corpora hold, and how much of them its tokenizer can read."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from hyperadapters.config import RunFile
from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.report import UNKNOWN_LIMIT, Summary, summary
from hyperadapters.library import Library

__all__ = ["census", "census_table"]


def census(run: RunFile, library: Library, tokenizer: Any) -> Iterator[Summary]:
    """Every corpus that a run reads in numbers, in the order of its tasks, one after the other.

    A pair that is trained on must have a `train` split; the other splits count where they exist.

    Raises:
        DataError: a corpus to train on is missing, or one is broken.
    """
    seen = set[tuple[str, str, str]]()  # a route such as `de-en-fr` reads what `de-fr` reads
    for task in run.tasks:
        first = run.pretrain.train if run.pretrain else {}
        trained = {*run.train.get(task, ()), *first.get(task, ())}
        cells = (first, run.train, run.evaluate, run.select)
        for language in dict.fromkeys(name for cell in cells for name in cell.get(task, ())):
            for split in SPLITS:
                needed = split == "train" and language in trained
                if needed or library.has(task, language, split):
                    corpus = library.corpus(task, language, split)
                    if (task, corpus.language, split) not in seen:
                        yield summary(corpus, tokenizer)
                    seen.add((task, corpus.language, split))


def census_table(corpora: Iterable[Summary]) -> Table:
    """The numbers as a table; a warning beside every corpus that the tokenizer hardly reads."""
    table = Table("task", "language", "split", title="Corpora")
    for name in ("sentences", "words", "tokens", "unknown tokens"):
        table.add_column(name, justify="right")
    table.add_column("")
    for corpus in corpora:
        table.add_row(
            corpus.task,
            corpus.language,
            corpus.split,
            f"{corpus.sentences:,}",
            f"{corpus.words:,}",
            f"{corpus.tokens:,}",
            f"{corpus.unknown:.1%}",
            f"[yellow]above {UNKNOWN_LIMIT:.0%}[/]" if corpus.flagged else "",
        )
    return table
