"""Text-to-text tasks that papers share, by name: how they are worded, scored, and where they lie.

They are those of Karimi Mahabadi et al. (2021), worded as in their released code: GLUE, and seven
sets that they transfer to. Labels are written as digits, which all tasks share. Where a data set
has no test split that is open, its splits are those of the paper: of sets with less than 10,000
examples the validation split is halved, of larger ones 1,000 of the training examples are `dev` and
the validation split is `test`.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["PRESETS"]

Preset = Mapping[str, Any]
"""The keys of a text-to-text task in a run file."""

_HALVED = {"splits": {"test": "validation"}, "divide": {"dev_of": "test"}}
"""A validation split is `dev` and `test`."""
_HELD = {"splits": {"test": "validation"}, "divide": {"dev_of": "train", "examples": 1000}}
"""1,000 training examples are `dev`, the validation split is `test`."""


def _digits(*names: str) -> dict[str, str]:
    return {name: str(digit) for digit, name in enumerate(names)}


def _glue(subset: str, *texts: str, **more: Any) -> dict[str, Any]:
    source = {"format": "labelled", "dataset": "nyu-mll/glue", "subset": subset}
    return {**source, "texts": texts, **more}


def _super_glue(subset: str, *texts: str) -> dict[str, Any]:
    source = {"format": "labelled", "dataset": "aps/super_glue", "subset": subset}
    return {**source, "texts": texts, **_HALVED}


_ONE, _TWO = "sentence: {text}", "sentence1: {first} sentence2: {second}"

PRESETS: Mapping[str, Preset] = {
    "cola": {
        "template": _ONE,
        "labels": _digits("unacceptable", "acceptable"),
        "metric": "mcc",
        "data": _glue("cola", "sentence", **_HALVED),
    },
    "sst2": {
        "template": _ONE,
        "labels": _digits("negative", "positive"),
        "metric": "accuracy",
        "data": _glue("sst2", "sentence", **_HELD),
    },
    "mrpc": {
        "template": _TWO,
        "labels": _digits("not_equivalent", "equivalent"),
        "metric": "f1_accuracy",
        "data": _glue("mrpc", "sentence1", "sentence2", **_HALVED),
    },
    "qqp": {
        "template": "question1: {first} question2: {second}",
        "labels": _digits("not_duplicate", "duplicate"),
        "metric": "f1_accuracy",
        "data": _glue("qqp", "question1", "question2", **_HELD),
    },
    "stsb": {
        "template": _TWO,
        "degrees": {"least": "0", "most": "5", "step": "0.2"},
        "metric": "pearson_spearman",
        "data": _glue("stsb", "sentence1", "sentence2", degrees=True, **_HALVED),
    },
    "mnli": {
        "template": "premise: {first} hypothesis {second}",
        "labels": _digits("entailment", "neutral", "contradiction"),
        "metric": "accuracy",
        "data": _glue(
            "mnli",
            "premise",
            "hypothesis",
            splits={"dev": "validation_mismatched", "test": "validation_matched"},
        ),
    },
    "qnli": {
        "template": "question: {first} sentence: {second}",
        "labels": _digits("entailment", "not_entailment"),
        "metric": "accuracy",
        "data": _glue("qnli", "question", "sentence", **_HELD),
    },
    "rte": {
        "template": _TWO,
        "labels": _digits("entailment", "not_entailment"),
        "metric": "accuracy",
        "data": _glue("rte", "sentence1", "sentence2", **_HALVED),
    },
    "scitail": {
        "template": _TWO,
        "labels": _digits("entailment", "neutral"),
        "metric": "accuracy",
        "data": {
            "format": "labelled",
            "dataset": "allenai/scitail",
            "subset": "snli_format",
            "texts": ("sentence1", "sentence2"),
            "label": "gold_label",
            "splits": {"dev": "validation"},
        },
    },
    "cb": {
        "template": "premise: {first} hypothesis: {second}",
        "labels": _digits("entailment", "contradiction", "neutral"),
        "metric": "accuracy",
        "data": _super_glue("cb", "premise", "hypothesis"),
    },
    "boolq": {
        "template": "question: {first} passage: {second}",
        "labels": _digits("False", "True"),
        "metric": "accuracy",
        "data": _super_glue("boolq", "question", "passage"),
    },
    "imdb": {
        "template": "{text}",
        "labels": _digits("neg", "pos"),
        "metric": "accuracy",
        "data": {
            "format": "labelled",
            "dataset": "stanfordnlp/imdb",
            "texts": ("text",),
            "splits": {},
            "divide": {"dev_of": "test"},
        },
    },
    "yelp": {
        "template": _ONE,
        "labels": {"1": "0", "2": "1"},
        "metric": "accuracy",
        "data": {
            "format": "labelled",
            "dataset": "fancyzhx/yelp_polarity",
            "texts": ("text",),
            "splits": {},
            "divide": {"dev_of": "train", "examples": 1000},
        },
    },
    "trec": {
        "template": _ONE,
        "labels": _digits("ABBR", "ENTY", "DESC", "HUM", "LOC", "NUM"),
        "metric": "accuracy",
        "data": {
            "format": "labelled",
            "dataset": "CogComp/trec",
            "texts": ("text",),
            "label": "coarse_label",
            "splits": {},
            "divide": {"dev_of": "test"},
        },
    },
    "paws": {
        "template": _TWO,
        "labels": _digits("different", "paraphrase"),
        "metric": "accuracy",
        "data": {
            "format": "labelled",
            "dataset": "google-research-datasets/paws",
            "subset": "labeled_final",
            "texts": ("sentence1", "sentence2"),
            "label_names": ("different", "paraphrase"),
            "splits": {"dev": "validation"},
        },
    },
}
"""By the name that `preset` has in a run file."""
