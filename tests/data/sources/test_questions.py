"""Questions from files and data sets: what is skipped is counted, and splits share no context."""

import json
from collections import Counter
from pathlib import Path

import pytest

from hyperadapters.data import Asked, Hub, Squad
from hyperadapters.data.formats.questions import read_questions
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.routes import Route

ENGLISH = Route.of("en")


def write(path: Path, contexts: list[str], impossible: int = 0) -> None:
    """Three questions about each context, all with the same id; more about the last without an
    answer.
    """
    paragraphs = []
    for number, context in enumerate(contexts):
        answer = {"text": context[:2], "answer_start": 0}
        asked = [{"question": f"{n}?", "id": "12", "answers": [answer]} for n in range(3)]
        if number == len(contexts) - 1:
            asked += [{"question": "no?", "id": "12", "answers": []}] * impossible
        paragraphs.append({"context": context, "qas": asked})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")


def test_files_by_split(tmp_path: Path) -> None:
    write(tmp_path / "qa/en.test.json", ["a text", "another"])
    source = Squad(path="qa/{language}.{split}.json")
    corpus = source.read("qa", ENGLISH, "test", tmp_path)
    assert [one.question for one in corpus.examples if isinstance(one, Asked)] == [
        *("0?", "1?", "2?") * 2
    ]
    assert (source.gives, corpus.skipped) == (Asked, 0)


def test_what_is_skipped_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "en.json", ["a text"], impossible=2)
    with pytest.raises(DataError, match="a question has no answer"):
        Squad(path="{language}.json").read("qa", ENGLISH, "train", tmp_path)
    source = Squad(path="{language}.json", skip=("unanswered",))
    corpora = [source.read("qa", ENGLISH, split, tmp_path) for split in ("train", "dev", "test")]
    assert [corpus.skipped for corpus in corpora] == [2, 2, 2]
    assert sum(map(len, corpora)) == 3


def test_all_questions_about_a_text_are_in_one_split(tmp_path: Path) -> None:
    write(tmp_path / "en.json", [f"text number {number}" for number in range(200)])
    source = Squad(path="{language}.json")
    homes = Counter[str]()
    for split in ("train", "dev", "test"):
        corpus = source.read("qa", ENGLISH, split, tmp_path)
        contexts = {one.context for one in corpus.examples if isinstance(one, Asked)}
        assert len(corpus) == 3 * len(contexts) > 0
        homes.update(contexts)
    assert len(homes) == 200 and set(homes.values()) == {1}


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_columns_of_a_data_set(tmp_path: Path, suffix: str) -> None:
    right = {"text": ["Paris"], "answer_start": [13]}
    lists = [right, {"text": [], "answer_start": []}, {"text": ["Rome"], "answer_start": [0]}]
    rows = [{"q": "Where?", "text": "Ada lives in Paris", "found": one} for one in lists]
    file = tmp_path / f"en.{suffix}"
    if suffix == "parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    else:
        file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    columns = {"question": "q", "context": "text", "answers": "found"}
    path = f"{{language}}.{suffix}"
    with pytest.raises(DataError, match="a question has no answer"):
        Hub(path=path, **columns).read("qa", ENGLISH, "train", tmp_path)
    source = Hub(path=path, skip=("unanswered", "misplaced"), **columns)
    splits = [source.read("qa", ENGLISH, split, tmp_path) for split in ("train", "dev", "test")]
    assert [corpus.skipped for corpus in splits] == [2, 2, 2]
    ((example,),) = (corpus.examples for corpus in splits if corpus.examples)
    assert example == Asked("Where?", "Ada lives in Paris", ((13, 18),))
    assert source.gives is Asked


def test_all_three_columns_are_needed_and_skip_goes_with_them() -> None:
    with pytest.raises(ConfigError, match="are not clear"):
        Hub(path="{language}.json", question="q", context="c")
    with pytest.raises(ConfigError, match="`skip` of a source of format `hub` has no effect"):
        Hub(path="{language}.json", text="t", skip=("unanswered",))


REAL = {
    "qa/xquad/xquad.zh.json": 1190,
    "qa/tydiqa-goldp/tydiqa.goldp.sw.train.json": 2755,
    "qa/squad/train-v1.1.from-dev.json": 9380,
}


@pytest.mark.realdata
@pytest.mark.parametrize("path", REAL)
def test_real_files_are_read_whole(data_root: Path, path: str) -> None:
    found = [*read_questions(data_root / path)]
    assert (len(found), {type(one) for one in found}) == (REAL[path], {Asked})


@pytest.mark.realdata
def test_questions_in_one_language_about_texts_in_another(data_root: Path) -> None:
    path = "qa/afriqa/{language}/gold_span_passages.afriqa.{language}.en.{split}.json"
    columns = {"question": "question_lang", "context": "context", "answers": "answer_pivot"}
    source = Hub(path=path, skip=("unanswered", "misplaced"), splits={}, **columns)
    corpus = source.read("qa", Route.of("yor"), "test", data_root)
    assert (len(corpus), corpus.skipped) == (254 - 40 - 6, 40 + 6)


def test_a_test_set_of_one_and_training_data_of_another_source(tmp_path: Path) -> None:
    write(tmp_path / "xquad/xquad.en.json", ["of the test"])
    write(tmp_path / "squad/train-v1.1.json", [f"text number {number}" for number in range(60)])
    test = Squad(path="{split}/xquad.{language}.json", splits={"test": "xquad"})
    train = Squad(path="squad/train-v1.1.json")
    having = {
        split: next(one for one in (test, train) if one.has(ENGLISH, split, tmp_path))
        for split in ("train", "dev", "test")
    }
    assert having == {"train": train, "dev": train, "test": test}
    assert len(test.read("qa", ENGLISH, "test", tmp_path)) == 3
