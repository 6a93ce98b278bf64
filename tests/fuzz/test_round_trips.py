"""What is written in a format is read back as it was, whatever characters it has, or refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hyperadapters.data.formats.conll import read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_identified, read_texts
from hyperadapters.data.sources.pairs import Pairs
from hyperadapters.document.dialect import write_yaml
from hyperadapters.document.reading import read_document
from hyperadapters.errors import HyperadaptersError
from hyperadapters.routes import Route

# Without surrogates, which no file of UTF-8 has, and without what ends a line or a cell.
_ANY = st.characters(exclude_categories=("Cs",), exclude_characters="\n\r\t")
WORD = st.text(_ANY, min_size=1, max_size=6).filter(lambda word: not any(map(str.isspace, word)))
LINE = st.text(_ANY, max_size=20)
SENTENCES = st.lists(
    st.lists(st.tuples(WORD, WORD), min_size=1, max_size=4), min_size=1, max_size=4
)
Sentences = list[list[tuple[str, str]]]
Folder = pytest.TempPathFactory


def _read(read_file: Callable[[Path], Any], folder: Folder, name: str, text: str) -> Any:
    """What a reader makes of a text, None where it refuses it."""
    path = folder.mktemp("written") / name
    path.write_bytes(text.encode())
    try:
        return read_file(path)
    except HyperadaptersError:
        return None


@given(SENTENCES, st.sampled_from(["\t", " "]))
@example([[("Yol", "O")], [("#", "O"), ("-", "O")]], " ")
def test_columns(tmp_path_factory: Folder, sentences: Sentences, mark: str) -> None:
    """Words that begin a comment, or a document, are the only ones that may be lost."""
    lines = "\n".join("".join(f"{w}{mark}{label}\n" for w, label in one) for one in sentences)
    found = _read(read_conll, tmp_path_factory, "words.txt", lines)
    if found is not None:
        assert [list(zip(one.words, one.labels, strict=True)) for one in found] == sentences


@given(SENTENCES)
def test_conllu(tmp_path_factory: Folder, sentences: Sentences) -> None:
    blocks = [
        "".join(
            f"{number}\t{word}\t_\t{label}\t_\t_\t0\troot\t_\t_\n"
            for number, (word, label) in enumerate(one, 1)
        )
        for one in sentences
    ]
    found = _read(read_conllu, tmp_path_factory, "words.conllu", "\n".join(blocks))
    if found is not None:
        assert [list(zip(one.words, one.labels, strict=True)) for one in found] == sentences


@given(st.lists(LINE, max_size=5))
def test_lines(tmp_path_factory: Folder, lines: list[str]) -> None:
    found = _read(
        lambda path: [*read_texts(path)],
        tmp_path_factory,
        "text.txt",
        "".join(f"{one}\n" for one in lines),
    )
    kept = [one.strip() for one in lines]
    kept[:1] = [one.removeprefix("\ufeff").strip() for one in kept[:1]]
    assert found is None or found == [one for one in kept if one]


@given(st.dictionaries(WORD, LINE, max_size=5))
def test_identified_lines(tmp_path_factory: Folder, texts: dict[str, str]) -> None:
    lines = "".join(f"{name}\t{text}\n" for name, text in texts.items())
    found = _read(read_identified, tmp_path_factory, "text.tsv", lines)
    if found is not None and not lines.startswith("\ufeff"):
        assert found == {name: text.strip() for name, text in texts.items()}


@given(st.lists(st.tuples(LINE, LINE), min_size=1, max_size=5), st.booleans())
def test_pairs(tmp_path_factory: Folder, pairs: list[tuple[str, str]], escaped: bool) -> None:
    root = tmp_path_factory.mktemp("pairs")
    rows = (json.dumps({"en": a, "tr": b}, ensure_ascii=escaped) for a, b in pairs)
    (root / "train.en-tr.jsonl").write_bytes("".join(f"{row}\n" for row in rows).encode())
    source = Pairs(path="{split}.{first}-{second}.jsonl")
    kept = [(b.strip(), a.strip()) for a, b in pairs if a.strip() and b.strip()]
    try:
        found = source.read("mt", Route.of("tr", "en"), "train", root).examples
    except HyperadaptersError:
        assert not kept
    else:
        assert [one.texts for one in found] == kept


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
)
KEYS = st.text(min_size=1, max_size=5).filter(lambda key: key != "<<")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS.filter(lambda key: key != "base"), VALUES, max_size=4))
def test_yaml(tmp_path_factory: Folder, values: dict[str, Any]) -> None:
    """What a run writes as `run.yaml` is read back alike."""
    text = write_yaml(values)
    path = tmp_path_factory.mktemp("yaml") / "run.yaml"
    path.write_bytes(text.encode())
    document = read_document(path)
    assert not document.faults
    assert document.values == values
