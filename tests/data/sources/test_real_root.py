"""Every language that CLDR or a folder of the real corpora names is read, or said to be missing."""

from pathlib import Path

import pytest
from babel import localedata

from hyperadapters.data import Aligned, Conll, ConllU, Pair, Pairs, Parallel, RootText, Source
from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.languages import codes_of, language_of
from hyperadapters.errors import DataError
from hyperadapters.routes import Route

pytestmark = pytest.mark.realdata

UNER = Conll(path="ner/uner/*/{language}_*-ud-{split}.iob2", word=1, label=2, comments="#")
LAFAND = "mt/lafand/{first}-{second}/{split}.*"
# A way to read a folder, and the files that are in it.
SOURCES: dict[str, tuple[Source, str]] = {
    "ud": (ConllU(path="ud/*/{language}_*-ud-{split}.conllu"), "ud/**/*.conllu"),
    "wikiann": (Conll(path="ner/wikiann/{language}/{split}.tsv"), "ner/wikiann/**/*.tsv"),
    "masakhaner": (Conll(path="ner/masakhaner*/{language}/{split}.txt"), "ner/masa*/**/*.txt"),
    "uner": (UNER, "ner/uner/**/*.iob2"),
    "bible": (Parallel(paths=("mt/bible/{language}-*.tsv",)), "mt/bible/*"),
    "ntrex": (Aligned(paths=("mt/ntrex/newstest2019-*.{language}.txt",)), "mt/ntrex/*"),
    "tatoeba": (Pairs(path="mt/tatoeba/{first}-{second}.{language}"), "mt/tatoeba/*"),
    "lafand": (Pairs(path=LAFAND), "mt/lafand/**/*.*"),
    "text": (
        RootText(
            texts=("mt/bible/{language}-*.tsv", "mt/ntrex/newstest2019-*.{language}.txt"),
            labelled=("ud/*/{language}_*-ud-train.conllu",),
        ),
        "mt/[bn]*/*",
    ),
}
CLDR = sorted({name.partition("_")[0] for name in localedata.locale_identifiers()})


READ = ("wo", "tr", "zh", "qu", "en", "yo", "ceb", "jiv")


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Source:
    """One way to read a folder."""
    return SOURCES[request.param][0]


@pytest.fixture
def routes(source: Source, data_root: Path) -> tuple[Route, ...]:
    """All that it has; of aligned text, which has every direction, one for each language."""
    every = source.routes(data_root)
    one = {route.languages[0]: route for route in every}
    return tuple(one.values()) if isinstance(source, Aligned) else every


FILES = [(name, files) for name, (_, files) in SOURCES.items()]


@pytest.mark.parametrize(("source", "files"), FILES, indirect=["source"])
def test_every_file_is_of_a_language_that_is_read(
    data_root: Path, source: Source, routes: tuple[Route, ...], files: str
) -> None:
    """Or is told, beside the one that is read."""
    told: set[str] = set()
    for route in routes:
        for split in SPLITS:
            for text in source._place.find(route, split, data_root):
                told |= {str(file) for side in text.sides for file in side}
                told |= set(source._place.overlooked([text], route, split, data_root))
    assert {str(file) for file in data_root.glob(files) if file.is_file()} <= told


def test_what_is_there_is_read(data_root: Path, source: Source, routes: tuple[Route, ...]) -> None:
    chosen = [route for route in routes if route.languages[0] in READ]
    for route in chosen:
        here = [split for split in SPLITS if source.has(route, split, data_root)]
        assert here and len(source.read("t", route, here[-1], data_root)) > 0
    assert chosen


def test_every_other_language_of_cldr_is_said_to_be_missing(
    data_root: Path, source: Source, routes: tuple[Route, ...]
) -> None:
    known = {name for route in routes for name in route.languages} | {"en"}
    for language in (name for name in CLDR if language_of(name) not in known):
        route = Route.of("en", language) if source.gives is Pair else Route.of(language)
        with pytest.raises(DataError) as error:
            source.read("t", route, "train", data_root)
        first, where, expected, *_ = str(error.value).splitlines()
        assert f"`{route}`" in first and where.startswith("  where: ")
        assert f"`{language}` called {language}" in expected
        assert known.isdisjoint(codes_of(language))
