"""A data root with text, parallel text and labelled corpora."""

from pathlib import Path

import pytest

from data_roots import write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Yoruba and English; some sentences are held out by dev files."""
    lines = [f"line {number}" for number in range(400)]
    write(tmp_path, "mt/ntrex/newstest2019-ref.yor.txt", "\n".join([*lines, "Held out", "line 0"]))
    others = [f"ligne {number}" for number in range(402)]
    write(tmp_path, "mt/ntrex/newstest2019-src.eng.txt", "\n".join(others))
    write(tmp_path, "mt/bible/Yoruba-NT.tsv", "b.1\tfirst\nb.2\tsecond\n")
    write(tmp_path, "mt/bible/English-NT.tsv", "b.2\tdeuxieme\nb.3\ttroisieme\n")
    write(tmp_path, "ner/m/yor/train.txt", "a O\nword B-LOC\n")
    write(tmp_path, "ner/m/yor/dev.txt", "held O\nout O\n")
    write(tmp_path, "ud/UD_Y/yo_y-ud-train.conllu", "1\ttree\t_\tX\t_\t_\t0\troot\t_\t_\n")
    write(tmp_path, "ner/uner/U/yo_u-ud-train.iob2", "1\tuner\tO\t-\t-\n")
    return tmp_path
