"""Text without labels: everything of a language, and nothing of a dev or test split."""

from pathlib import Path

import pytest

from data_roots import write
from hyperadapters.data import Corpus, RootText, Text
from hyperadapters.data.held_out import held_out, key
from hyperadapters.errors import DataError
from hyperadapters.routes import Route

SPLITS = ("train", "dev", "test")
TEXTS = (
    "mlm/udhr/udhr_{language}.xml",
    "mt/bible/{language}-*.tsv",
    "mt/ntrex/newstest2019-*.{language}.txt",
)
LABELLED = (
    "ud/*/{language}_*-ud-train.conllu",
    "ner/*/{language}/train.*",
    "ner/uner/*/{language}_*-ud-train.iob2",
    "pos/*/{language}/train.*",
    "pos/*/train-{language}.tsv",
)
ALL = RootText(texts=TEXTS, labelled=LABELLED)


def texts(corpus: Corpus) -> list[str]:
    return [example.text for example in corpus.examples if isinstance(example, Text)]


def test_splits_hold_every_text_once_but_for_held_out_ones(root: Path) -> None:
    source = ALL
    parts = {split: texts(source.read("mlm", Route.of("yo"), split, root)) for split in SPLITS}
    whole = [text for part in parts.values() for text in part]
    expected = {f"line {n}" for n in range(400)} | {"a word", "tree", "uner", "first", "second"}
    assert len(whole) == len(set(whole))
    assert set(whole) == expected
    assert len(parts["train"]) > 350 and parts["dev"] and parts["test"]


def test_limits_and_languages(root: Path) -> None:
    assert (
        len(
            RootText(texts=TEXTS, labelled=LABELLED, limit=7).read(
                "mlm", Route.of("yo"), "train", root
            )
        )
        == 7
    )
    assert ALL.routes(root) == tuple(map(Route.of, ("en", "yo")))
    assert ALL.has(Route.of("yo"), "train", root) and not ALL.has(Route.of("tr"), "train", root)


def test_own_templates_and_codes(root: Path) -> None:
    source = RootText(texts=("mt/bible/{language}-*.tsv",), labelled=(), codes={"yo": "Yoruba"})
    found = [
        text for split in SPLITS for text in texts(source.read("mlm", Route.of("yo"), split, root))
    ]
    assert sorted(found) == ["first", "second"]


def test_no_text(root: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)no text for language `tr`.*en, yo.*codes: \{tr"):
        ALL.read("mlm", Route.of("tr"), "train", root)


def test_a_language_is_read_under_all_its_codes(tmp_path: Path) -> None:
    """And what only looks like it is named, but neither read nor a fault."""
    row = "1\tkalnas\t_\tNOUN\t_\t_\t0\troot\t_\t_\n"
    write(tmp_path, "ud/UD_L/lt_toy-ud-train.conllu", row)
    for name in ("lit", "lt-LT", "lit_Latn", "lit_Cyrl", "lt-SU", "lit_1900", "lav"):
        write(tmp_path, f"mt/ntrex/newstest2019-ref.{name}.txt", f"text in {name}\n")
    write(tmp_path, "mt/bible/Lithuanian-NT.tsv", "b.1\tverse\n")
    corpora = [ALL.read("mlm", Route.of("lt"), split, tmp_path) for split in SPLITS]
    found = {text for corpus in corpora for text in texts(corpus)}
    assert found == {"kalnas", "verse", "text in lit", "text in lt-LT", "text in lit_Latn"}
    for corpus in corpora:
        names = [Path(file).name.split(".")[1] for file in corpus.overlooked]
        assert sorted(names) == ["lit_1900", "lit_Cyrl", "lt-SU"]
    named = RootText(texts=TEXTS, codes={"lt": ("lit", "lit_Cyrl")})
    assert named.read("mlm", Route.of("lt"), "train", tmp_path).overlooked == ()


@pytest.mark.realdata
@pytest.mark.parametrize("language", ["yo", "zh"])
def test_no_text_of_the_root_is_a_dev_or_test_sentence(data_root: Path, language: str) -> None:
    from hyperadapters.data import Conll, ConllU, Tagged

    corpus = ALL.read("mlm", Route.of(language), "train", data_root)
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
            if source.has(Route.of(language), split, data_root):
                for example in source.read("task", Route.of(language), split, data_root).examples:
                    assert isinstance(example, Tagged)
                    assert key(example.text) not in ours
