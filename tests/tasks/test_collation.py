"""Collation: padding, shares, and where each example goes."""

import torch

from hyperadapters.context import Row
from hyperadapters.examples import Tagged, Text
from hyperadapters.metrics import METRICS
from hyperadapters.tasks import Encoded, MaskedLM, Tagging, collate

POS = Tagging("pos", ("A", "B", "C"), METRICS["accuracy"])
MLM = MaskedLM("mlm", 1.0)
VOCABULARY = (9, 4, 0, 1, 2, 3, 4)
ROWS = [Row(task=task, language=language) for task in ("pos", "mlm") for language in ("en", "tr")]


def mixed(tokenizer, pad_id=0):
    drawn = [
        (MLM, ROWS[2], MLM.encode(tokenizer, Text("a b c a b"), 64)),
        (POS, ROWS[0], POS.encode(tokenizer, Tagged(("cat",), ("B",)), 64)),
        (MLM, ROWS[3], MLM.encode(tokenizer, Text("mat"), 64)),
        (POS, ROWS[1], POS.encode(tokenizer, Tagged(("the", "cats"), ("A", "C")), 64)),
    ]
    return drawn, collate(drawn, pad_id, torch.Generator().manual_seed(0))


def test_examples_keep_their_order_and_are_padded_to_the_longest(tokenizer):
    drawn, batch = mixed(tokenizer)
    assert len(batch) == 4
    assert batch.inputs["input_ids"].shape == (4, 7)
    assert batch.inputs["attention_mask"].sum(1).tolist() == [len(one) for _, _, one in drawn]
    assert batch.observed == tuple(row for _, row, _ in drawn)
    for place in (1, 3):
        encoded = drawn[place][2]
        assert batch.inputs["input_ids"][place, : len(encoded)].tolist() == encoded.ids


def test_every_example_is_in_one_share(tokenizer):
    _, batch = mixed(tokenizer)
    assert {name: share.examples.tolist() for name, share in batch.shares.items()} == {
        "mlm": [0, 2],
        "pos": [1, 3],
    }
    for share in batch.shares.values():
        assert {len(target) for target in share.targets.values()} == {2}
        assert share.targets["labels"].shape == (2, 7)


def test_padding_has_the_padding_id_also_where_a_task_replaces_ids(tokenizer):
    _, batch = mixed(tokenizer, pad_id=1)
    padding = batch.inputs["attention_mask"] == 0
    assert padding.any(dim=1).tolist() == [False, True, True, True]
    assert set(batch.inputs["input_ids"][padding].tolist()) == {1}


def test_every_side_is_padded_to_the_fewest_tokens_that_are_asked_for(tokenizer):
    drawn, batch = mixed(tokenizer)
    asked = []
    wide = collate(drawn, 0, torch.Generator().manual_seed(0), least=lambda n: asked.append(n) or 9)
    assert asked == [7]
    assert {tensor.shape for tensor in wide.inputs.values()} == {(4, 9)}
    for name, tensor in batch.inputs.items():
        assert torch.equal(wide.inputs[name][:, :7], tensor)
    assert not wide.inputs["attention_mask"][:, 7:].any()
    for name, share in batch.shares.items():
        labels = wide.shares[name].targets["labels"]
        assert torch.equal(labels[:, :7], share.targets["labels"])
        assert (labels[:, 7:] == -100).all()


def test_a_batch_moves_whole(tokenizer):
    _, batch = mixed(tokenizer)
    moved = batch.to(torch.device("meta"))
    assert {t.device.type for t in moved.inputs.values()} == {"meta"}
    for share in moved.shares.values():
        assert {t.device.type for t in (share.examples, *share.targets.values())} == {"meta"}
    assert moved.observed == batch.observed


def test_segments_are_padded_with_the_first_and_absent_where_nothing_has_a_second():
    def of(**more):
        return MLM, ROWS[2], Encoded([2, 5, 3], {"vocabulary": VOCABULARY}, **more)

    batch = collate([of(types=[0, 0, 1]), of()], 0)
    assert batch.inputs["token_type_ids"].tolist() == [[0, 0, 1], [0, 0, 0]]
    assert "token_type_ids" not in collate([of(), of()], 0).inputs
