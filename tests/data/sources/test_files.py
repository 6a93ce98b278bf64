"""Sources of files, as run files write them."""

from pathlib import Path

import pytest
from babel import localedata

from hyperadapters.data import Cldr, Conll, ConllU, PlainText
from hyperadapters.data.cldr.sentences import CLDR_LANGUAGES
from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.languages import codes_of
from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.routes import Route


def write(root: Path, name: str, content: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content, encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "ner/yor/train.txt", "a O\n\nb O\n\nc O\n")
    write(tmp_path, "ner/yor/test.txt", "yor:d O\n")
    write(tmp_path, "ner/hau/test.txt", "e B-PER\n")
    write(tmp_path, "text/en.txt", "one\ntwo\n")
    row = "1\ta\t_\tX\t_\t_\t0\troot\t_\t_\n"
    write(tmp_path, "ud/UD_A/en_a-ud-test.conllu", row)
    write(tmp_path, "ud/UD_B/en_b-ud-test.conllu", row)
    return tmp_path


NER = Conll(path="ner/{language}/{split}.txt")


def test_files_of_a_language_by_any_usual_code(root: Path) -> None:
    corpus = NER.read("ner", Route.of("yo"), "train", root)
    assert [example.text for example in corpus.examples] == ["a", "b", "c"]
    assert corpus.source == str(root / "ner/yor/train.txt")
    assert NER.routes(root) == (Route.of("ha"), Route.of("yo"))
    assert NER.has(Route.of("yo"), "train", root) and not NER.has(Route.of("yo"), "dev", root)


def test_a_split_without_files_uses_its_substitute(root: Path) -> None:
    source = Conll(path=NER.path, splits={"train": "test"})
    assert source.read("ner", Route.of("ha"), "train", root).examples[0].text == "e"
    assert len(source.read("ner", Route.of("yo"), "train", root)) == 3


@pytest.mark.parametrize("limit", [2, {"train": 2}])
def test_limits(root: Path, limit: int | dict[str, int]) -> None:
    source = Conll(path=NER.path, limit=limit)
    assert len(source.read("ner", Route.of("yo"), "train", root)) == 2
    assert len(source.read("ner", Route.of("yo"), "test", root)) == 1


def test_the_prefix_follows_the_code_of_the_files(root: Path) -> None:
    source = Conll(path=NER.path, prefix="{language}:")
    assert source.read("ner", Route.of("yo"), "test", root).examples[0].text == "d"


def test_treebanks(root: Path) -> None:
    source = ConllU(
        path="ud/{treebank}/*-ud-{split}.conllu", treebanks={"en": "UD_B", "fr": "UD_C"}
    )
    assert len(source.read("pos", Route.of("en"), "test", root)) == 1
    assert source.routes(root) == (Route.of("en"),)
    with pytest.raises(DataError, match=r"(?s)UD_C.*treebanks"):
        source.read("pos", Route.of("fr"), "test", root)
    with pytest.raises(DataError, match=r"(?s)language `de`.*treebank.*treebanks"):
        source.read("pos", Route.of("de"), "test", root)


@pytest.mark.parametrize("said", [{"splits": {"dev": "valid"}}, {"treebanks": {"en": "EWT"}}])
def test_what_no_path_has_a_place_for_is_refused(said: dict[str, dict[str, str]]) -> None:
    (name,) = said
    with pytest.raises(ConfigError, match=f"the `{name}` of a source have no effect"):
        PlainText(path="{language}.txt", **said)


def test_a_glob_takes_every_file(root: Path) -> None:
    source = ConllU(path="ud/*/{language}_*-ud-{split}.conllu")
    assert len(source.read("pos", Route.of("en"), "test", root)) == 2


def test_plain_text(root: Path) -> None:
    corpus = PlainText(path="{split}/{language}.txt").read("mlm", Route.of("en"), "text", root)
    assert [example.text for example in corpus.examples] == ["one", "two"]


def test_a_file_of_all_splits_is_divided_by_the_hash_of_its_sentences(root: Path) -> None:
    lines = [f"sentence {number}" for number in range(2000)]
    write(root, "text/fr.txt", "\n".join(lines))
    write(root, "ner/fr.txt", "".join(f"{word} O\n\n" for word in range(2000)))
    for source in (PlainText(path="text/{language}.txt"), Conll(path="ner/{language}.txt")):
        read = {split: source.read("t", Route.of("fr"), split, root).examples for split in SPLITS}
        sizes = {split: len(examples) for split, examples in read.items()}
        assert sum(sizes.values()) == len({e.text for all_ in read.values() for e in all_}) == 2000
        assert 70 < sizes["dev"] < 130 and 70 < sizes["test"] < 130


def test_a_missing_language_shows_what_exists(root: Path) -> None:
    message = (
        r"(?s)no file for language `haa`, split `test`.*ner/haa/test.txt.*files for ha, yo"
        r".*codes: \{haa: ...\}.*did you mean `ha`"
    )
    with pytest.raises(DataError, match=message):
        NER.read("ner", Route.of("haa"), "test", root)


def test_a_missing_split_shows_the_others(root: Path) -> None:
    message = r"(?s)split `dev`.*only train, test.*does not exist.*splits: \{dev: test\}"
    with pytest.raises(DataError, match=message):
        NER.read("ner", Route.of("yo"), "dev", root)


def test_a_second_folder_of_the_language_is_told(root: Path) -> None:
    """One text of a language is read, the one with the usual code."""
    write(root, "ner/yo/train.txt", "f O\n")
    corpus = NER.read("ner", Route.of("yo"), "train", root)
    assert [example.text for example in corpus.examples] == ["f"]
    assert corpus.overlooked == (str(root / "ner/yor/train.txt"),)
    assert NER.read("ner", Route.of("yo"), "test", root).overlooked == ()
    assert NER.read("ner", Route.of("ha"), "test", root).overlooked == ()


def test_a_missing_language_shows_what_is_called_alike(root: Path) -> None:
    write(root, "text/srp_Latn.txt", "jedan\n")
    with pytest.raises(DataError, match=r"(?s)called sr or .*srp_Latn.txt, which is called alike"):
        PlainText(path="text/{language}.txt").read("mlm", Route.of("sr"), "train", root)


def test_every_language_of_cldr_is_read_or_said_to_be_missing(tmp_path: Path) -> None:
    """Under any of its codes; where it has no file, the message says where that would be."""
    source = PlainText(path="{language}/text.txt")
    languages = sorted({name.replace("_", "-") for name in localedata.locale_identifiers()})
    for number, language in enumerate(languages):
        folder, codes = tmp_path / str(number), codes_of(language)
        write(folder, f"{codes[number % len(codes)]}/text.txt", "one\ntwo\n")
        route = Route.of(language)
        found = [source.read("t", route, split, folder).examples for split in SPLITS]
        assert sum(map(len, found)) == 2
        (tmp_path / "none").mkdir(exist_ok=True)
        with pytest.raises(DataError, match="no text for language") as error:
            source.read("t", route, "train", tmp_path / "none")
        lines = str(error.value).splitlines()
        assert lines[0] == f"no text for language `{language}`"
        assert lines[1] == f"  where: {tmp_path}/none/{language}/text.txt"
        if language not in CLDR_LANGUAGES:
            with pytest.raises(UnknownName, match=f"unknown language `{language}`"):
                Cldr().read("t", route, "train", None)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("source", "languages"),
    [
        (ConllU(path="ud/*/{language}_*-ud-{split}.conllu"), {"en", "yo", "gn", "yue", "hsb"}),
        (Conll(path="ner/wikiann/{language}/{split}.tsv"), {"en", "yo", "zh", "qu"}),
        (Conll(path="ner/masakhaner/{language}/{split}.txt"), {"sw", "yo", "pcm", "ha"}),
        (
            Conll(path="ner/uner/*/{language}_*-ud-{split}.iob2", word=1, label=2, comments="#"),
            {"da", "en", "zh", "ceb"},
        ),
        (PlainText(path="mlm/udhr/udhr_{language}.xml"), {"en", "zh", "ug", "yo"}),
    ],
)
def test_real_corpora_are_found_by_our_names(
    data_root: Path, source: Conll | ConllU | PlainText, languages: set[str]
) -> None:
    assert languages <= set(map(str, source.routes(data_root)))
    for language in languages:
        assert len(source.read("task", Route.of(language), "test", data_root)) >= 5
