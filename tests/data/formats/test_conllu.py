"""CoNLL-U: words, labels, and a line number for every fault."""

from pathlib import Path

import conllu
import pytest

from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged


def row(number: str, form: str, upos: str, head: str = "0", relation: str = "root") -> str:
    return f"{number}\t{form}\t_\t{upos}\t_\t_\t{head}\t{relation}\t_\t_\n"


GOOD = (
    "# text = vámonos al mar\n"
    + row("1-2", "vámonos", "_", "_", "_")
    + row("1", "vamos", "VERB")
    + row("2", "nos", "PRON", "1", "obj")
    + row("2.1", "casi", "ADV", "_", "_")
    + row("3", "mar", "NOUN", "1", "obl")
    + "\n"
    + row("1", "Sí", "INTJ")
)


def file(folder: Path, content: str) -> Path:
    path = folder / "tree.conllu"
    path.write_text(content, encoding="utf-8")
    return path


def test_multiword_and_empty_nodes_are_left_out(tmp_path: Path) -> None:
    assert read_conllu(file(tmp_path, GOOD)) == [
        Tagged(("vamos", "nos", "mar"), ("VERB", "PRON", "NOUN")),
        Tagged(("Sí",), ("INTJ",)),
    ]


def test_another_column(tmp_path: Path) -> None:
    assert read_conllu(file(tmp_path, GOOD), "deprel")[0].labels == ("root", "obj", "obl")


def test_words_may_lack_a_label_and_one_may_be_an_underscore(tmp_path: Path) -> None:
    content = row("1", "a", "X") + row("2", "_", "_") + "\n" + row("1", "_", "SYM")
    expected = [Tagged(("a", "_"), ("X", None)), Tagged(("_",), ("SYM",))]
    assert read_conllu(file(tmp_path, content)) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1 a NOUN\n", r"(?s)wrong number of columns.*tree.conllu:1.*10 columns.*found: 1"),
        (
            row("1", "a", "X") + row("1", "b", "X"),
            r"(?s)no blank line between two sentences.*tree.conllu:2.*expected: word 2",
        ),
        (
            row("1", "a", "X") + row("3", "b", "X"),
            r"(?s)word ids do not count.*tree.conllu:2.*found: word 3",
        ),
        (row("1", "a", "_") * 2, "word ids do not count"),
        ("\n" + row("1", "a", "_"), r"(?s)label missing.*tree.conllu\n.*UPOS.*the word `a`"),
        (row("1", "a", "X") + row("2", "b", ""), r"(?s)label missing.*tree.conllu:2"),
        (row("1", "a", "X") + row("2", "b", " "), r"(?s)label missing.*tree.conllu:2"),
        (row("1", "a", "X") + row("2", "", "X"), r"(?s)word missing.*tree.conllu:2"),
        (row("1", "a", "X") + row("2", " ", "X"), r"(?s)word missing.*tree.conllu:2"),
        (row("1", "a", "X") + row("x", "b", "X"), r"(?s)malformed.*tree.conllu:2.*`2`.*`x`"),
        (row("1", "a", "X") + row("", "b", "X"), r"(?s)id of a word is malformed.*tree.conllu:2"),
        (row("1", "a", "X") + row("2-3", "b", "_"), r"(?s)a line is lost.*tree.conllu:2"),
        (row("1", "a", "X") + row("2.1", "b", "X"), r"(?s)a line is lost.*tree.conllu:2"),
        (row("1", "a", "X") + row("1-2", "b", "X"), r"(?s)do not count.*tree.conllu:2"),
        (row("0.1", "a", "X"), r"(?s)a line is lost.*tree.conllu:1.*0 words"),
        (row("1", "_", "X"), r"(?s)the words are missing.*1 of 1 sentences.*its text"),
        (
            row("1", "a", "X") + "\n" + row("1", "_", "X") + row("2", "_", "X"),
            r"(?s)the words are missing.*1 of 2 sentences",
        ),
        ("# text = a\n", "the file holds no sentence"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_conllu(file(tmp_path, content))


@pytest.mark.realdata
def test_labels_agree_with_those_of_the_library(data_root: Path) -> None:
    path = data_root / "ud/UD_Maltese-MUDT/mt_mudt-ud-dev.conllu"
    trees = [
        [(token["form"], token["upos"]) for token in tree if isinstance(token["id"], int)]
        for tree in conllu.parse(path.read_text(encoding="utf-8"))
    ]
    assert trees == [list(zip(s.words, s.labels, strict=True)) for s in read_conllu(path)]


@pytest.mark.realdata
def test_every_real_treebank_is_read(data_root: Path) -> None:
    files = sorted(data_root.glob("ud/*/*.conllu"))
    sentences = {path.name: read_conllu(path) for path in files}
    # figures of SOURCES.md
    assert sum(len(s.words) for s in sentences["yo_ytb-ud-test.conllu"]) == 8243
    assert len(sentences["en_ewt-ud-test.conllu"]) == 2077
    assert {label for found in sentences.values() for s in found for label in s.labels} <= set(UPOS)
    tags = read_conllu(data_root / "ud/UD_Turkish-IMST/tr_imst-ud-train.conllu", "xpos")
    assert 0 < sum(label is None for one in tags for label in one.labels) < 10


UPOS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
