"""The corpora that starts are measured on, the memory that is read, the run that is timed."""

import os
from pathlib import Path

from benchmarks import corpora, loop
from hyperadapters.config import run_from


def test_a_corpus_is_the_same_each_time_and_varied(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        corpora.corpus(folder, 200)
    lines = (one / "de-en.train.tsv").read_text().splitlines()
    assert lines == (other / "de-en.train.tsv").read_text().splitlines()
    assert len(set(lines)) == len(lines) == 200
    for line in lines:
        first, second = line.split("\t")
        assert 5 <= len(first.split()) <= 25 and 5 <= len(second.split()) <= 25
    assert run_from(corpora.run_file(one, tmp_path / "run")).train == {"mt": ("de-en", "en-de")}


def test_memory_is_that_of_a_process_and_those_below_it() -> None:
    whole, private = corpora.pss_of(os.getpid())
    assert 10 * 2**20 < private <= whole
    assert corpora.pss_of(2**30) == (0, 0)


def test_the_loop_is_that_of_the_quickstart() -> None:
    run = run_from(loop.run_file("runs/loop"))
    assert run.method.name == "hyper-x-base" and set(run.tasks) == {"fields", "spans"}
