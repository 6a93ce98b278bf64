"""What a run file says of a text-to-text task, and what presets say for it."""

import copy

import pytest
from pydantic import ValidationError

from hyperadapters.config import run_from
from hyperadapters.config.contents import resolved
from hyperadapters.data import LabelledTexts
from hyperadapters.data.corpora import Corpus
from hyperadapters.data.division import Division
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks.choosing import Greedy, Likelihood
from hyperadapters.tasks.presets import PRESETS
from hyperadapters.tasks.text_to_text_settings import TextToTextSettings

DATA = {"format": "cldr", "content": "kinds"}
OWN = {"kind": "text-to-text", "template": "text: {text}", "data": DATA}


def settings(**values):
    return TextToTextSettings.model_validate({"kind": "text-to-text", **values})


def corpora():
    examples = tuple(Labelled("a", label) for label in ("no", "yes", "no"))
    return [Corpus("t", Route.of("en"), "train", examples, "here")]


def run_of(task, **architecture):
    shape = {"type": "t5", "layers": 1, "width": 8, "heads": 2, "ffn": 8, **architecture}
    return {
        "name": "tiny",
        "backbone": {"architecture": shape},
        "method": "full-fine-tuning",
        "tasks": {"t": task},
        "train": {"t": ["en"]},
    }


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_task_that_can_be_built(name):
    own = settings(preset=name)
    task = own.build(name, lambda: [])
    (source,) = own.data
    assert isinstance(source, LabelledTexts) and source.dataset is not None
    assert source.gives is task.template.reads
    assert source.degrees == (own.degrees is not None)
    assert not METRICS[own.metric].refused(task.wording.labels)
    assert own.prefix == ""


def test_presets_are_worded_as_in_the_released_code():
    pair = LabelledPair("A", "B", "entailment")
    filled = {
        name: settings(preset=name)
        .build(name, lambda: [])
        .template.filled(pair if "{first}" in preset["template"] else Labelled("A", None))
        for name, preset in PRESETS.items()
    }
    assert filled == {
        "cola": "sentence: A",
        "sst2": "sentence: A",
        "mrpc": "sentence1: A sentence2: B",
        "qqp": "question1: A question2: B",
        "stsb": "sentence1: A sentence2: B",
        "mnli": "premise: A hypothesis B",
        "qnli": "question: A sentence: B",
        "rte": "sentence1: A sentence2: B",
        "scitail": "sentence1: A sentence2: B",
        "cb": "premise: A hypothesis: B",
        "boolq": "question: A passage: B",
        "imdb": "A",
        "yelp": "sentence: A",
        "trec": "sentence: A",
        "paws": "sentence1: A sentence2: B",
    }


def test_presets_write_digits_and_degrees_with_a_decimal():
    texts = {name: settings(preset=name).build(name, lambda: []).wording.texts for name in PRESETS}
    stsb = texts.pop("stsb")
    assert len(stsb) == 26 and stsb[0] == "0.0" and stsb[-1] == "5.0"
    assert {name: len(own) for name, own in texts.items() if len(own) > 2} == {
        "mnli": 3,
        "cb": 3,
        "trec": 6,
    }
    assert all(own == tuple(map(str, range(len(own)))) for own in texts.values())


def test_splits_of_presets_are_those_of_the_paper():
    parts = {}
    for name in PRESETS:
        (source,) = settings(preset=name).data
        parts[name] = source.divide and (source.divide.dev_of, source.divide.examples)
    halved, held = ("test", None), ("train", 1000)
    assert {name for name, part in parts.items() if part == halved} == {
        "cola", "mrpc", "stsb", "rte", "cb", "boolq", "imdb", "trec",
    }  # fmt: skip
    assert {name for name, part in parts.items() if part == held} == {"sst2", "qqp", "qnli", "yelp"}
    (mnli,) = settings(preset="mnli").data
    assert mnli.splits == {"dev": "validation_mismatched", "test": "validation_matched"}


def test_metrics_of_presets_are_those_of_the_paper():
    metrics = {name: preset["metric"] for name, preset in PRESETS.items()}
    others = {name: metric for name, metric in metrics.items() if metric != "accuracy"}
    assert others == {
        "cola": "mcc",
        "mrpc": "f1_accuracy",
        "qqp": "f1_accuracy",
        "stsb": "pearson_spearman",
    }
    glue = ("cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte")
    totals = {"f1_accuracy": (0.0,) * 5, "pearson_spearman": (1.0, 2.0, 1.0, 2.0)}
    zeros = {metric: totals.get(metric, (0.0,) * 3) for metric in set(metrics.values())}
    zeros["accuracy"] = (0.0, 1.0)
    values = [METRICS[metrics[name]].values(zeros[metrics[name]]) for name in glue]
    assert sum(map(len, values)) == 11, "the average of the paper is over eleven values"


def test_what_is_said_beside_a_preset_wins():
    own = settings(
        preset="cola", data=DATA, prefix="cola", labels={"a": "x", "b": "y"}, scoring="likelihood"
    )
    task = own.build("cola", lambda: [])
    assert task.wording.texts == ("x", "y") and task.scorer == Likelihood()
    assert task.template.filled(Labelled("A", None)) == "cola sentence: A"
    assert task.metric.name == "mcc"
    named = settings(preset="stsb", labels=["low", "high"], metric="accuracy", data=DATA)
    assert named.degrees is None


def test_a_resolved_run_file_spells_the_preset_out_and_reads_alike():
    run = run_from(run_of({"kind": "text-to-text", "preset": "stsb"}))
    spelt = resolved(run)["tasks"]["t"]
    assert spelt["template"] == "sentence1: {first} sentence2: {second}"
    assert spelt["data"][0]["divide"] == {"dev_of": "test", "seed": 42, "drop_last": False}
    again = run_from(resolved(run))
    assert again.tasks == run.tasks and resolved(again) == resolved(run)


def test_labels_that_are_left_open_are_those_of_the_corpora():
    task = settings(template="{text}", data=DATA).build("t", corpora)
    assert task.wording.names == {"no": "no", "yes": "yes"} and task.scorer == Greedy()
    kept = settings(template="{text}", data=DATA).with_kept(task.kept())
    assert kept.build("t", lambda: []).wording == task.wording
    with pytest.raises(DataError, match="no labels for task `t`"):
        settings(template="{text}", data=DATA).build("t", lambda: [])


def test_a_vocabulary_that_is_learned_sees_what_is_read_and_written():
    example = Labelled("A", "yes")
    assert settings(template="text: {text}", data=DATA).texts(example) == ("text: A", "yes")
    mapped = settings(template="{text}", prefix="p", labels={"yes": "1"}, data=DATA)
    assert mapped.texts(example) == ("p A", "1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"template": "premise: {premise}"}, "no other place"),
        ({"labels": {"a": "x", "b": "x"}}, "two labels are written `x`"),
        ({"labels": ["a"], "degrees": {"most": 5, "step": 1}}, "exclude each other"),
        ({"degrees": {"most": 0, "step": 1}}, "`most` 0 is not above `least` 0"),
        ({"degrees": {"most": 5, "step": 0}}, "degrees"),
        ({"degrees": {"most": 5, "step": "0.001"}}, "more than 1,000 steps"),
        ({"metric": "bleu"}, "metric"),
        ({"scoring": "beams"}, "scoring"),
        ({"preset": "glue"}, "preset"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused(changes, said):
    with pytest.raises(ValidationError, match=said):
        settings(**{**OWN, **changes})


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ({**OWN, "template": "{first} and {second}"}, "the template has places for other texts"),
        ({**OWN, "data": {"format": "cldr"}}, "the data of a text-to-text task have no label"),
        ({"kind": "text-to-text", "template": "{text}"}, "`data` is missing"),
        ({"kind": "text-to-text", "data": DATA}, "`template` is missing"),
        ({"kind": "text-to-text", "preset": "cole"}, "not a legal value"),
    ],
)
def test_faults_of_a_run_file_are_told(task, said):
    with pytest.raises(ConfigError) as caught:
        run_from(run_of(task))
    assert said in str(caught.value)


def test_an_encoder_alone_is_refused_before_anything_is_loaded():
    with pytest.raises(
        ConfigError, match="`bert` cannot learn task(.|\n)*with a decoder"
    ) as caught:
        run_from(run_of(OWN, type="bert"))
    assert "such as `t5`" in str(caught.value)


def test_a_trained_model_keeps_what_it_was_made_for():
    assert {"template", "prefix", "labels", "degrees", "preset"} < TextToTextSettings.made_for
    assert {"metric", "scoring", "data"}.isdisjoint(TextToTextSettings.made_for)


def test_division_of_a_source_is_written_as_a_mapping():
    own = settings(
        template="{text}",
        labels=["a", "b"],
        data={
            "format": "labelled",
            "path": "{split}.tsv",
            "texts": ["text"],
            "divide": {"dev_of": "train", "examples": 1000},
        },
    )
    assert own.data[0].divide == Division(dev_of="train", examples=1000)


def test_what_is_read_is_counted_with_the_template_around_it(tokenizer):
    one = settings(template="the cat {text}", prefix="mat", data=DATA)
    assert one.tokens_read(_ended(tokenizer), [5]) == 5 + 3 + 1
    two = settings(template="{first} on {second}", data={**DATA, "content": "same"})
    assert two.tokens_read(_ended(tokenizer), [5, 2]) == 7 + 1 + 1


def _ended(tokenizer):
    """The same tokenizer with a token for the end of what is written."""
    copied = copy.deepcopy(tokenizer)
    copied.eos_token = "[SEP]"
    return copied
