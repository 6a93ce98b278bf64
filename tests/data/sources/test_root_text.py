"""Text without labels: everything of a language, and nothing of a dev or test split."""

from pathlib import Path

import pytest

from hyperadapters.data import Corpus, Parallel, RootText, Text
from hyperadapters.data.held_out import held_out, key
from hyperadapters.errors import DataError


def write(root: Path, name: str, content: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content, encoding="utf-8")


def texts(corpus: Corpus) -> list[str]:
    return [example.text for example in corpus.examples if isinstance(example, Text)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
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


def test_splits_hold_every_text_once_but_for_held_out_ones(root: Path) -> None:
    source = RootText()
    parts = {split: texts(source.read("mlm", Route.of("yo"), split, root)) for split in SPLITS}
    whole = [text for part in parts.values() for text in part]
    expected = {f"line {n}" for n in range(400)} | {"a word", "tree", "uner"}
    assert len(whole) == len(set(whole))
    assert set(whole) == expected
    assert len(parts["train"]) > 350 and parts["dev"] and parts["test"]


SPLITS = ("train", "dev", "test")


def test_limits_and_languages(root: Path) -> None:
    assert len(RootText(limit=7).read("mlm", Route.of("yo"), "train", root)) == 7
    assert RootText().routes(root) == ("Yoruba", "en", "yo")
    assert RootText().has(Route.of("yo"), "train", root) and not RootText().has(
        Route.of("tr"), "train", root
    )


def test_own_templates_and_codes(root: Path) -> None:
    source = RootText(texts=("mt/bible/{language}-*.tsv",), labelled=(), codes={"yo": "Yoruba"})
    found = [
        text for split in SPLITS for text in texts(source.read("mlm", Route.of("yo"), split, root))
    ]
    assert sorted(found) == ["first", "second"]


def test_no_text(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)no text for language `tr`.*en, yo.*codes: \{tr"):
        RootText().read("mlm", Route.of("tr"), "train", root)


def test_pairs_are_joined_by_line_and_by_id(root: Path) -> None:
    source = Parallel(codes={"yo": ("yor", "Yoruba")})
    found = {
        (pair.first, pair.second): split
        for split in SPLITS
        for pair in source.read("tlm", Route.of("yo"), split, root).examples
    }
    assert ("line 7", "ligne 7") in found
    assert ("second", "deuxieme") in found
    assert "Held out" not in {first for first, _ in found}
    assert len(found) == 402
    assert source.routes(root) == ("yo",)
    assert source.has(Route.of("yo"), "train", root) and not source.has(
        Route.of("en"), "train", root
    )


def test_files_named_by_pair(tmp_path: Path) -> None:
    write(tmp_path, "t/yor-eng.yor", "a\n\n")
    write(tmp_path, "t/yor-eng.eng", "b\nc\n")
    source = Parallel(paths=("t/{pair}.{language}",))
    pairs = [
        p for split in SPLITS for p in source.read("tlm", Route.of("yo"), split, tmp_path).examples
    ]
    assert [(p.first, p.second, p.languages) for p in pairs] == [("a", "b", ("yo", "en"))]


def test_no_parallel_text(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)no text of language `tr` beside `en`.*yo"):
        Parallel().read("tlm", Route.of("tr"), "train", root)


def test_unequal_files(root: Path) -> None:
    write(root, "mt/ntrex/newstest2019-src.eng.txt", "one\n")
    with pytest.raises(DataError, match=r"(?s)differ in length.*402 and 1.*one of them was cut"):
        Parallel().read("tlm", Route.of("yo"), "train", root)


@pytest.mark.realdata
@pytest.mark.parametrize("language", ["yo", "zh"])
def test_no_text_of_the_root_is_a_dev_or_test_sentence(data_root: Path, language: str) -> None:
    from hyperadapters.data import Conll, ConllU, Tagged

    corpus = RootText().read("mlm", ROUTE(language), "train", data_root)
    assert len(corpus) > 1000
    ours = {key(text) for text in texts(corpus)}
    assert ours.isdisjoint(held_out(data_root))
    # independently of how `held_out` finds them
    tagged = [
        ConllU(path="ud/*/{language}_*-ud-{split}.conllu"),
        Conll(path="ner/wikiann/{language}/{split}.tsv"),
        Conll(path="ner/masakhaner/{language}/{split}.txt"),
    ]
    for source in tagged:
        for split in ("dev", "test"):
            if source.has(ROUTE(language), split, data_root):
                for example in source.read("task", ROUTE(language), split, data_root).examples:
                    assert isinstance(example, Tagged)
                    assert key(example.text) not in ours


@pytest.mark.realdata
def test_no_pair_of_the_root_holds_a_dev_or_test_sentence(data_root: Path) -> None:
    corpus = Parallel().read("tlm", Route.of("sw"), "train", data_root)
    assert len(corpus) > 5000
    keys = {key(side) for pair in corpus.examples for side in (pair.first, pair.second)}
    assert keys.isdisjoint(held_out(data_root))


def test_a_text_in_parts_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "English-NT.tsv").write_text("b\tgo\n")
    (tmp_path / "English-OT.tsv").write_text("a\tcome\n")
    (tmp_path / "Swahili-NT.tsv").write_text("b\tnenda\na\tnjoo\n")
    source = Parallel(paths=("{language}-*.tsv",), codes={"sw": "Swahili", "en": "English"})
    corpora = [
        source.read("mt", Route.of("sw"), split, tmp_path) for split in ("train", "dev", "test")
    ]
    found = {(pair.first, pair.second) for corpus in corpora for pair in corpus.examples}
    assert found == {("nenda", "go"), ("njoo", "come")}
