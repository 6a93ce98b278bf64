"""The built-in data as a source: its contents, languages, and shares of artificial languages."""

import pytest

from hyperadapters.data import Cldr, Pair, cldr
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.routes import Route


def test_contents() -> None:
    sizes = Cldr(train=3, dev=2, test=4)
    assert len(sizes.read("a", Route.of("tr"), "dev", None)) == 2
    texts = Cldr(content="text", train=3).read("mlm", Route.of("tr"), "train", None)
    assert texts.examples == cldr.texts("tr", "train", 3)
    pairs = Cldr(content="pairs", train=3, beside="fi").read("tlm", Route.of("tr"), "train", None)
    assert pairs.examples == cldr.pairs("tr", "fi", "train", 3)
    spans = Cldr(content="spans", test=3, seed=1, codes={"yor": "yo"}).read(
        "s", Route.of("yor"), "test", None
    )
    assert spans.examples == cldr.tagged("yo", "spans", "test", 3, 1)
    assert (spans.task, spans.route, spans.split) == ("s", Route.of("yor"), "test")


def test_languages() -> None:
    source = Cldr(codes={"yor": "yo"}, dev=0)
    assert {Route.of("tr"), Route.of("yor")} <= set(source.routes(None))
    assert source.has(Route.of("yor"), "train", None) and not source.has(
        Route.of("xxx"), "train", None
    )
    assert not source.has(Route.of("tr"), "dev", None)
    assert not Cldr(content="pairs").has(Route.of("en"), "train", None)
    with pytest.raises(UnknownName, match="unknown language `xxx`"):
        source.read("fields", Route.of("xxx"), "train", None)


def test_artificial_languages_share_out_the_training_data() -> None:
    split = {"codes": {"fr_1": "fr", "fr_2": "fr"}, "shares": {"fr_1": (1, 2), "fr_2": (2, 2)}}
    for content, routes in (
        ("pairs", [Route.of(name, "en") for name in ("fr", "fr_1", "fr_2")]),
        ("fields", [*map(Route.of, ("fr", "fr_1", "fr_2"))]),
    ):
        source = Cldr(content=content, train=9, dev=4, **split)
        whole, first, second = (source.read("x", route, "train", None).examples for route in routes)
        texts = [[example.text for example in part] for part in (whole, first, second)]
        assert texts[1] == texts[0][::2] and texts[2] == texts[0][1::2]
        dev = [source.read("x", route, "dev", None).examples for route in routes]
        assert [e.text for e in dev[0]] == [e.text for e in dev[1]] == [e.text for e in dev[2]]


@pytest.mark.parametrize("share", [(0, 2), (3, 2)])
def test_a_share_that_does_not_exist_is_refused(share: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match="`fr_1` has a share that does not exist"):
        Cldr(codes={"fr_1": "fr"}, shares={"fr_1": share})


def test_a_share_of_no_language_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown language `fr1`"):
        Cldr(codes={"fr_1": "fr"}, shares={"fr1": (1, 2)})


def test_a_language_with_a_hyphen_is_beside_the_other() -> None:
    source = Cldr(content="pairs", train=3, codes={"zh-yue": "yue"})
    (pair, *_) = source.read("tlm", Route.of("zh-yue"), "train", None).examples
    assert pair == source.read("mt", Route.of("zh-yue", "en"), "train", None).examples[0]
    assert isinstance(pair, Pair) and pair.languages == ("zh-yue", "en")
    assert pair.first == cldr.texts("yue", "train", 1)[0].text
    assert source.has(Route.of("zh-yue"), "train", None)


def test_a_split_may_be_empty_and_a_corpus_says_what_it_holds() -> None:
    corpus = Cldr(dev=0).read("fields", Route.of("tr"), "dev", None)
    assert len(corpus) == 0 and corpus.source == "cldr (fields)"
