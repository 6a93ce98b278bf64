"""Parallel text of a data root: by line and by id, and nothing of a dev or test split."""

from pathlib import Path

import pytest

from data_roots import write
from hyperadapters.data import Pair, Parallel
from hyperadapters.data.held_out import held_out, key
from hyperadapters.errors import DataError
from hyperadapters.routes import Route

SPLITS = ("train", "dev", "test")
PATHS = (
    "mt/ntrex/newstest2019-*.{language}.txt",
    "mt/bible/{language}-*.tsv",
    "mt/tatoeba/{pair}.{language}",
)
ALL = Parallel(paths=PATHS)


def test_pairs_are_joined_by_line_and_by_id(root: Path) -> None:
    source = Parallel(paths=PATHS, codes={"yo": ("yor", "Yoruba")})
    found = {
        (pair.first, pair.second): split
        for split in SPLITS
        for pair in source.read("tlm", Route.of("yo"), split, root).examples
    }
    assert ("line 7", "ligne 7") in found
    assert ("second", "deuxieme") in found
    assert "Held out" not in {first for first, _ in found}
    assert len(found) == 402
    assert source.routes(root) == (Route.of("yo"),)
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
        ALL.read("tlm", Route.of("tr"), "train", root)


def test_unequal_files(root: Path) -> None:
    write(root, "mt/ntrex/newstest2019-src.eng.txt", "one\n")
    with pytest.raises(DataError, match=r"(?s)differ in length.*402 and 1.*one of them was cut"):
        ALL.read("tlm", Route.of("yo"), "train", root)


@pytest.mark.realdata
def test_no_pair_of_the_root_holds_a_dev_or_test_sentence(data_root: Path) -> None:
    corpus = ALL.read("tlm", Route.of("sw"), "train", data_root)
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


def every(source: Parallel, route: Route, root: Path) -> dict[Pair, str]:
    """The split of every pair."""
    return {
        pair: split
        for split in SPLITS
        for pair in source.read("tlm", route, split, root).examples
        if isinstance(pair, Pair)
    }


def test_a_direction_has_the_pairs_of_its_language_in_its_own_order(root: Path) -> None:
    """In either direction the side in `beside` chooses the split."""
    write(root, "mt/tatoeba/yor-eng.yor", "omi\n")
    write(root, "mt/tatoeba/yor-eng.eng", "water\n")
    alone = every(ALL, Route.of("yo"), root)
    assert Pair("omi", "water", ("yo", "en")) in alone
    assert every(ALL, Route.of("yo", "en"), root) == alone
    turned = {Pair(p.second, p.first, ("en", "yo")): split for p, split in alone.items()}
    assert every(ALL, Route.of("en", "yo"), root) == turned


def test_a_direction_between_two_others_is_of_them(tmp_path: Path) -> None:
    for name, line in (("deu-fra.deu", "Haus"), ("deu-fra.fra", "maison"), ("deu-eng.deu", "x")):
        write(tmp_path, name, f"{line}\n")
    source = Parallel(paths=("{pair}.{language}",), codes={"fr": "fra"})
    assert [*every(source, Route.of("fr", "de"), tmp_path)] == [
        Pair("maison", "Haus", ("fr", "de"))
    ]
    with pytest.raises(DataError, match="no aligned text for the direction `fr-tr`"):
        source.read("tlm", Route.of("fr", "tr"), "train", tmp_path)


def test_a_language_with_a_hyphen_is_one_language(tmp_path: Path) -> None:
    write(tmp_path, "zh-yue.txt", "雨\n")
    write(tmp_path, "en.txt", "rain\n")
    source = Parallel(paths=("{language}.txt",))
    pair = Pair("雨", "rain", ("zh-yue", "en"))
    assert [*every(source, Route.of("zh-yue"), tmp_path)] == [pair]
    assert source.routes(tmp_path) == (Route.of("zh-yue"),)
    assert source.has(Route.of("zh-yue"), "train", tmp_path)
