"""CoNLL columns, in the three dialects of the corpora that use them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=5)
SENTENCES = st.lists(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), min_size=1)


def file(folder: Path, content: str) -> Path:
    path = folder / "ner.txt"
    path.write_text(content, encoding="utf-8")
    return path


@given(sentences=SENTENCES, mark=st.sampled_from(" \t"))
def test_what_is_written_is_read(
    sentences: list[list[tuple[str, str]]], mark: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = "\n\n".join("\n".join(w + mark + t for w, t in rows) for rows in sentences)
    found = read_conll(file(tmp_path_factory.mktemp("conll"), content))
    assert [list(zip(s.words, s.labels, strict=True)) for s in found] == sentences


def test_prefixes_and_document_marks_are_cut(tmp_path: Path) -> None:
    path = file(tmp_path, "-DOCSTART- O\n\nyo:Ilé\tB-ORG\nyo::\tO\n")
    assert read_conll(path, Columns(prefix="yo:")) == [Tagged(("Ilé", ":"), ("B-ORG", "O"))]


def test_universal_ner(tmp_path: Path) -> None:
    path = file(tmp_path, "# text = a # b\n1\ttampa\tB-LOC\t-\tx\n2\t#\tO\t-\t-\n")
    expected = [Tagged(("tampa", "#"), ("B-LOC", "O"))]
    assert read_conll(path, Columns(1, 2, "#")) == expected


def test_a_hash_is_a_word_unless_comments_are_named(tmp_path: Path) -> None:
    assert read_conll(file(tmp_path, "# O\n")) == [Tagged(("#",), ("O",))]


def test_comments_of_conllu_are_known_and_other_hashes_are_words(tmp_path: Path) -> None:
    lines = ["# newdoc", "# sent_id = w1", "# text = Goats climb rocks .", "Goats B-X", "# O", ""]
    path = file(tmp_path, "\n".join([*lines, "# newpar id = w2", "# text_en = x", "up O", ""]))
    assert read_conll(path) == [Tagged(("Goats", "#"), ("B-X", "O")), Tagged(("up",), ("O",))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("10 000\tO\nNew York\tI-LOC\n", ("10 000", "New York")),
        ("ab   O\nabcd O\n a     O \n", ("ab", "abcd", "a")),
        ("_ PUNCT\nword NOUN\n", ("_", "word")),
    ],
    ids=["blanks-between-tabs", "aligned-with-spaces", "one-underscore"],
)
def test_words_are_kept_whole(tmp_path: Path, content: str, words: tuple[str, ...]) -> None:
    (sentence,) = read_conll(file(tmp_path, content))
    assert sentence.words == words


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("cost O\n10 000 O\nfrancs O\n", Columns(), r"(?s)other columns.*ner.txt:2.*found: 3"),
        ("New York I-LOC\nis O\nbig O\n", Columns(), r"(?s)other columns.*ner.txt:1.*found: 3"),
        ("a\tO\nb\tO\nc\tX\tO\n", Columns(), r"(?s)other columns.*:3.*2 columns, split at tabs"),
        ("a O\nb O\n10 000\tO\n", Columns(), r"(?s)other columns.*ner.txt:3.*split at spaces"),
        ("a\tO\nNew York\n", Columns(), r"(?s)label missing.*ner.txt:2.*found: 1"),
        ("a O\nNurses'I-ORG\n", Columns(), r"(?s)label missing.*ner.txt:2.*a blank lost"),
        ("a O\n# begin x y\nb O\n", Columns(), r'(?s)other columns.*ner.txt:2.*comments: "#"'),
        ("a O\n# O\n", Columns(comments="#"), r"(?s)begins with `#` is a word.*ner.txt:2"),
        ("_ A\n_ B\n\n_ A\n", Columns(), r"(?s)the words are missing.*ner.txt\n.*1 of 2 sentences"),
        ("a O\nb\n", Columns(), r"(?s)label missing.*ner.txt:2.*found: 1: 'b'"),
        ("a\tO\nb\t\n", Columns(), r"(?s)label missing.*ner.txt:2"),
        ("a\tO\n\tO\n", Columns(), r"(?s)word missing.*ner.txt:2"),
        ("1\ta\n# x\ty\n", Columns(1, 2, "#"), r"(?s)too few columns.*ner.txt:1"),
        ("1\ta\n", Columns(1, 2), r"(?s)too few columns.*ner.txt:1.*at least 3 columns"),
        ("\n\n", Columns(), "the file holds no sentence"),
    ],
)
def test_faults_name_file_and_line(
    tmp_path: Path, content: str, columns: Columns, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_conll(file(tmp_path, content), columns)


def test_lost_blank_lines_are_noticed(tmp_path: Path) -> None:
    path = file(tmp_path, "a O\n" * 2001)
    with pytest.raises(DataError, match=r"(?s)no blank line in 2,000 lines.*ner.txt:2001"):
        read_conll(path)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("pattern", "columns", "labels"),
    [
        ("ner/masakhaner*/*/*.txt", Columns(), {"O", "B-PER", "I-LOC", "B-DATE"}),
        ("ner/wikiann/*/*.tsv", Columns(), {"O", "B-PER", "I-ORG"}),
        ("ner/uner/*/*.iob2", Columns(1, 2, "#"), {"O", "B-PER", "I-ORG"}),
        ("pos/masakhapos/*/*.txt", Columns(), {"NOUN", "VERB"}),
        ("pos/xtreme_udpos/*.tsv", Columns(), {"NOUN", "VERB"}),
    ],
)
def test_every_real_file_is_read(
    data_root: Path, pattern: str, columns: Columns, labels: set[str]
) -> None:
    files = sorted(data_root.glob(pattern))
    found = {label for path in files for s in read_conll(path, columns) for label in s.labels}
    assert files and labels <= found
    assert len(found) < 25
