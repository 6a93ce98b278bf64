"""What every task shares: views of a model, precision, and what holds where it says nothing."""

import torch

import tiny
from hyperadapters.context import BASE, Context
from hyperadapters.methods import full_fine_tuning
from hyperadapters.routes import Route
from hyperadapters.tasks import Encoded
from hyperadapters.tasks.base import Question, TeacherForced, View, full_precision


def test_anything_with_a_head_and_an_output_embedding_is_a_view(view):
    assert isinstance(view, View)


def test_precision_is_raised_but_never_lowered():
    for given, expected in (
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ):
        assert full_precision(torch.zeros(2, dtype=given)).dtype == expected


def test_a_task_that_says_nothing_is_scored_by_its_logits_and_gives_no_answers():
    probe = tiny.Probe()
    assert isinstance(probe.scorer, TeacherForced)
    assert probe.answering is None
    assert probe.forced is probe.metric
    assert probe.kept() == {}
    assert probe.admits(Encoded([1], {}))


def test_teacher_forcing_leaves_examples_as_they_are():
    scorer, examples = TeacherForced(), ("a", "b")
    context = Context.uniform(BASE, 2)
    model = tiny.adapted(full_fine_tuning(), [BASE])
    question = Question(model, context, tiny.batch("bert", 2), examples, None)
    assert scorer.address(examples, Route.of("de", "en")) == examples
    assert scorer.carry(question) == list(examples)
    assert scorer.remark(tiny.Probe(), examples) == ""
    assert scorer.generates == 0
