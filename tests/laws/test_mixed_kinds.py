"""A batch of several kinds of tasks under different rows is its parts."""

import pytest
import torch

import systems
import tiny
from hyperadapters.context import Context, Row
from hyperadapters.data.vocabulary import train_tokenizer
from hyperadapters.examples import Asked, Labelled, LabelledPair, Tagged, Tree
from hyperadapters.method import Method
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.tasks import Classification, Parsing, QuestionAnswering, Tagging, collate

TEXTS = ["a b c d e f g", "g f e d c b a", "c a b", "f e"]
TOKENIZER = train_tokenizer(TEXTS, 40, 32)
ACCURACY = METRICS["accuracy"]
NER = Tagging("ner", ("O", "X"), ACCURACY)
NLI = Classification("nli", ("no", "yes", "maybe"), ACCURACY, LabelledPair)
TOPIC = Classification("topic", ("p", "q"), ACCURACY)
DEP = Parsing("dep", ("obj", "root", "punct"), METRICS["las"])
QA = QuestionAnswering("qa")
TASKS = (NER, NLI, TOPIC, DEP, QA)
ROWS = [Row(task=one.name, language=name) for one in TASKS for name in ("en", "tr")]
EXAMPLES = [
    (NLI, ROWS[2], LabelledPair("a b c", "d e f g", "yes")),
    (NER, ROWS[0], Tagged(("a", "b", "c", "d", "e", "f"), ("O", "X", "O", "X", "O", "O"))),
    (TOPIC, ROWS[5], Labelled("g f", "q")),
    (NLI, ROWS[3], LabelledPair("f", "", "no")),
    (NER, ROWS[1], Tagged(("c", "a"), ("X", "O"))),
    (TOPIC, ROWS[4], Labelled("a b c d", "p")),
    (DEP, ROWS[6], Tree(("b", "c", "d", "a"), (2, 0, 2, 3), ("obj", "root", "obj", "punct"))),
    (QA, ROWS[9], Asked("g f", "a b c d e", ((2, 5),))),
    (NLI, ROWS[2], LabelledPair("c", "c", "maybe")),
    (DEP, ROWS[7], Tree(("a", "b"), (0, 1), ("root", "obj"))),
    (QA, ROWS[8], Asked("c", "f e", ((0, 1),))),
]


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "distilbert", "t5"])
@pytest.mark.parametrize("system", [systems.HYPER_X, systems.PSF], ids=["hyper-x", "psf"])
def test_kinds_in_one_batch_are_as_apart(family: str, system: Method) -> None:
    """Tagging, classification, parsing and questions: logits, losses and gradients. Pairs and
    questions have segments, and the others of the batch have none.
    """
    model = adapt(tiny.backbone(family), system, tasks=TASKS, rows=ROWS)
    model = model.double().eval()
    tiny.redraw(model, seed=1, scale=0.4)
    for parameter in model.heads.parameters():
        torch.nn.init.normal_(parameter, 0, 0.3)
    model.train_only(set(system.phases[-1].trains))
    drawn = [(task, row, task.encode(TOKENIZER, one, 32)) for task, row, one in EXAMPLES]
    batch = collate(drawn, 0)
    assert "token_type_ids" in batch.inputs
    logits = model(Context.of_examples(row for _, row, _ in drawn), batch).logits
    shares = batch.shares
    losses = {name: model.tasks[name].loss(logits[name], shares[name]) for name in shares}
    assert losses.keys() == {task.name for task in TASKS}
    torch.stack([loss.total for loss in losses.values()]).sum().backward()
    together = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    seen = dict.fromkeys(shares, 0)
    apart_losses = dict.fromkeys(shares, torch.zeros((), dtype=torch.float64))
    for task, row, encoded in drawn:
        alone = collate([(task, row, encoded)], 0)
        own = model(Context.uniform(row, 1), alone).logits[task.name]
        within = logits[task.name][seen[task.name]][tuple(map(slice, own.shape[1:]))]
        torch.testing.assert_close(within, own[0], rtol=0, atol=1e-5)
        assert own.abs().max() > 1e-3
        loss = task.loss(own, alone.shares[task.name]).total
        loss.backward()
        apart_losses[task.name] = apart_losses[task.name] + loss.detach()
        seen[task.name] += 1
    apart = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert together.keys() == apart.keys()
    for name, loss in apart_losses.items():
        torch.testing.assert_close(losses[name].total, loss, rtol=0, atol=1e-5, msg=name)
    for name, gradient in together.items():
        torch.testing.assert_close(gradient, apart[name], rtol=1e-4, atol=1e-6, msg=name)


def test_segments_matter_to_a_model_that_tells_them_apart() -> None:
    pair = NLI.encode(TOKENIZER, LabelledPair("a b", "c", "yes"), 32)
    found = []
    for family in ("bert", "distilbert"):
        model = adapt(tiny.backbone(family), systems.HYPER_X, tasks=[NLI], rows=ROWS).double()
        batch = collate([(NLI, ROWS[2], pair)], 0)
        context = Context.uniform(ROWS[2], 1)
        with_types = model.eval()(context, batch).logits["nli"]
        del batch.inputs["token_type_ids"]  # type: ignore[attr-defined]
        found.append(bool((with_types - model(context, batch).logits["nli"]).abs().max() > 1e-9))
    assert found == [True, False]
