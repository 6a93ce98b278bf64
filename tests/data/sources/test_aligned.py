"""Aligned text: both sides say the same, and a tested line is out of training everywhere."""

import pytest

from hyperadapters.data.sources.aligned import Aligned
from hyperadapters.errors import ConfigError, ContextError, DataError
from hyperadapters.routes import Route

LANGUAGES = ("de", "en", "fr")
LINES = {"train": (1, 60), "dev": (61, 80), "test": (81, 100)}


@pytest.fixture
def root(tmp_path):
    """100 aligned lines and 100 ids in three languages; one French line is empty."""
    for language in LANGUAGES:
        lines = [f"{language} {number}" for number in range(1, 101)]
        if language == "fr":
            lines[4] = " "
        (tmp_path / f"{language}.txt").write_text("\n".join(lines) + "\n")
        ids = [f"v{number}\t{language} {number}\n" for number in range(1, 101)]
        (tmp_path / f"{language}-NT.tsv").write_text("".join(ids[5:] if language == "fr" else ids))
    return tmp_path


def numbers(source, direction, split, root):
    pairs = source.read("mt", Route.parse(direction), split, root).examples
    for pair in pairs:
        assert pair.languages == Route.parse(direction).direction
        assert pair.first.split()[0] == pair.languages[0]
        assert pair.second.split() == [pair.languages[1], pair.first.split()[1]]
    return [int(pair.first.split()[1]) for pair in pairs]


def test_lines_of_a_split_in_both_directions(root):
    source = Aligned(paths=("{language}.txt",), lines=LINES)
    assert numbers(source, "de-en", "train", root) == list(range(1, 61))
    assert numbers(source, "en-de", "test", root) == list(range(81, 101))
    assert numbers(source, "de-fr", "train", root) == [n for n in range(1, 61) if n != 5]


@pytest.mark.parametrize("path", ["{language}.txt", "{language}-*.tsv"])
def test_splits_by_hash_are_the_same_in_every_language(path, root):
    source = Aligned(paths=(path,))
    found = {
        split: set(numbers(source, "de-en", split, root)) for split in ("train", "dev", "test")
    }
    assert sum(map(len, found.values())) == 100 == len(set().union(*found.values()))
    for split, own in found.items():
        for direction in ("en-fr", "fr-de"):
            assert set(numbers(source, direction, split, root)) <= own
    assert len(found["train"]) > 75 and found["dev"] and found["test"]


def test_several_paths_add_up_and_the_limit_holds(root):
    both = Aligned(paths=("{language}.txt", "{language}-*.tsv"), lines=LINES, limit={"train": 70})
    assert len(both.read("mt", Route.of("de", "en"), "train", root)) == 70
    assert both.read("mt", Route.of("de", "en"), "train", root).source.count("|") == 2


def test_verses_have_every_split_whatever_lines_the_news_has(root):
    both = Aligned(paths=("{language}-*.tsv", "{language}.txt"), lines={"train": (1, 100)})
    for split in ("train", "dev", "test"):
        assert both.has(Route.of("de", "en"), split, root)
        assert len(both.read("mt", Route.of("de", "en"), split, root)) > 0
    assert not Aligned(paths=("{language}.txt",), lines={"train": (1, 100)}).has(
        Route.of("de", "en"), "test", root
    )


def test_directions_are_those_between_files(root):
    source = Aligned(paths=("{language}.txt",), lines={"train": (1, 100)})
    assert set(source.routes(root)) == {
        Route.of(a, b) for a in LANGUAGES for b in LANGUAGES if a != b
    }
    assert source.has(Route.of("de", "fr"), "train", root)
    assert not source.has(Route.of("de", "fr"), "test", root)
    assert not source.has(Route.of("de", "tr"), "train", root)
    assert not source.has(Route.of("de"), "train", root)


def test_no_text_says_what_there_is(root):
    with pytest.raises(DataError, match="no aligned text for the direction `de-tr`") as error:
        Aligned(paths=("{language}.txt",)).read("mt", Route.of("de", "tr"), "train", root)
    assert "de, en, fr" in str(error.value)


@pytest.mark.parametrize("direction", ["de:pt-BR", "pt-BR:de"])
def test_the_side_that_is_missing_is_named(direction, root):
    """And not the one that is there."""
    (root / "pt-PT.txt").write_text("uma\n")
    with pytest.raises(DataError) as error:
        Aligned(paths=("{language}.txt",)).read("mt", Route.parse(direction), "train", root)
    lines = dict(line.strip().split(": ", 1) for line in str(error.value).splitlines()[1:])
    assert lines["where"] == str(root / "pt-BR.txt")
    assert lines["expected"].startswith("`pt-BR` called pt-BR or ") and "`de`" not in str(lines)
    assert lines["found"] == f"files for de, en, fr, pt-PT; {root}/pt-PT.txt, which is called alike"
    assert lines["remedy"].startswith("name what the files call it, `codes: {pt-BR: ...}`")


def test_a_direction_without_any_file_names_both(root):
    with pytest.raises(DataError) as error:
        Aligned(paths=("{language}.txt",)).read("mt", Route.of("tr", "yo"), "train", root)
    assert f"  where: {root}/tr.txt, {root}/yo.txt\n" in str(error.value)


def test_a_version_of_a_side_that_is_not_read_is_told(root):
    (root / "eng-GB.txt").write_text("en 1\n")
    corpus = Aligned(paths=("{language}.txt",)).read("mt", Route.of("de", "en"), "train", root)
    assert corpus.overlooked == (str(root / "eng-GB.txt"),)


def test_files_of_different_length_are_refused(root):
    (root / "tr.txt").write_text("tr 1\n")
    with pytest.raises(DataError, match="differ in length"):
        Aligned(paths=("{language}.txt",)).read("mt", Route.of("de", "tr"), "train", root)


@pytest.mark.parametrize("wrong", [(5, 4), (0, 9)])
def test_a_split_is_a_range_counted_from_one(wrong):
    with pytest.raises(ConfigError, match=r"(?s)`lines` of `test` are not a range.*counted from 1"):
        Aligned(paths=("{language}.txt",), lines={"train": (10, 20), "test": wrong})


@pytest.mark.parametrize(
    "lines",
    [{"train": (1, 60), "test": (60, 80)}, {"dev": (1, 9), "test": (2, 3)}],
)
def test_splits_that_share_a_line_are_refused(lines):
    with pytest.raises(ConfigError, match="overlap"):
        Aligned(paths=("{language}.txt",), lines=lines)


def test_parts_of_a_text_are_one_text(tmp_path):
    for language in ("de", "en"):
        for part in range(3):
            own = range(part * 10 + 1, part * 10 + 11)
            (tmp_path / f"c.{language}.{part}.txt").write_text(
                "".join(f"{language} {number}\n" for number in own)
            )
            (tmp_path / f"{language}.{part}.tsv").write_text(
                "".join(f"v{number}\t{language} {number}\n" for number in own)
            )
    lines = {"train": (1, 12), "dev": (13, 25), "test": (26, 30)}
    source = Aligned(paths=("c.{language}.*.txt",), lines=lines)
    assert numbers(source, "de-en", "dev", tmp_path) == list(range(13, 26))
    assert source.read("mt", Route.of("de", "en"), "dev", tmp_path).source.count(".txt") == 6
    by_id = Aligned(paths=("{language}.*.tsv",))
    found = [numbers(by_id, "de-en", split, tmp_path) for split in ("train", "dev", "test")]
    assert sorted(sum(found, [])) == list(range(1, 31))
    (tmp_path / "de.3.tsv").write_text("v1\tde 1\n")
    with pytest.raises(DataError, match=r"the id `v1` occurs twice\n  where: .*de\.3\.tsv:1"):
        by_id.read("mt", Route.of("de", "en"), "train", tmp_path)
    (tmp_path / "c.de.2.txt").unlink()
    with pytest.raises(DataError, match=r"(?s)different numbers of files.*c\.de\.1\.txt, c\.en\.0"):
        source.read("mt", Route.of("de", "en"), "dev", tmp_path)


def test_lines_for_texts_with_ids_alone_are_refused():
    with pytest.raises(ConfigError, match="the `lines` of splits choose nothing"):
        Aligned(paths=("{language}-NT.tsv",), lines=LINES)


def test_languages_with_hyphens_have_directions(tmp_path):
    for language in ("zh-yue", "pt-PT", "en"):
        (tmp_path / f"{language}.txt").write_text(f"{language} 1\n")
    source = Aligned(paths=("{language}.txt",), lines={"train": (1, 1)})
    assert set(map(str, source.routes(tmp_path))) == {
        f"{a}:{b}" for a in ("zh-yue", "pt-PT", "en") for b in ("zh-yue", "pt-PT", "en") if a != b
    }
    assert numbers(source, "zh-yue:pt-PT", "train", tmp_path) == [1]


def test_one_language_is_no_direction(root):
    with pytest.raises(ContextError, match="`de` is a language, and not a direction"):
        Aligned(paths=("{language}.txt",)).read("mt", Route.of("de"), "train", root)
