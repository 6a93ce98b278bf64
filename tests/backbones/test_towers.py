"""How backbones read and write: a decoder alone has both texts in one sequence."""

import pytest
import torch

import tiny
from hyperadapters.backbones import generate, read, tower_of
from hyperadapters.backbones.towers import joined

OVER_DECODERS = pytest.mark.parametrize("family", tiny.DECODERS)
READ = torch.tensor([[5, 6, 7, 1], [8, 9, 10, 11]])
MASK = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])
WRITTEN = torch.tensor([[1, 20, 21, 22], [1, 23, 1, 1]])
INPUTS = {"input_ids": READ, "attention_mask": MASK, "decoder_input_ids": WRITTEN}


def test_what_is_written_stands_behind_what_is_read() -> None:
    one = joined(INPUTS)
    assert one.ids[0, :6].tolist() == [5, 6, 7, 20, 21, 22]
    assert one.ids[1].tolist() == [8, 9, 10, 11, 23, 1, 1]
    assert one.mask.tolist() == [[1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]]
    assert one.writing.tolist() == [[2, 3, 4, 5], [3, 4, 5, 6]]


@OVER_DECODERS
def test_states_are_those_of_one_sequence_without_padding(family: str) -> None:
    model = tiny.backbone(family)
    states = read(model, INPUTS)
    assert states.shape == (2, 4, 16)
    for example, (first, ids) in enumerate([(2, [5, 6, 7, 20, 21, 22]), (3, [8, 9, 10, 11, 23])]):
        alone = model.get_decoder()(input_ids=torch.tensor([ids])).last_hidden_state[0, first:]
        # Norms and angles are of single precision in these models.
        torch.testing.assert_close(states[example, : len(alone)], alone, rtol=0, atol=1e-6)
    assert tower_of(model, INPUTS) == "decoder"


@OVER_DECODERS
def test_a_decoder_goes_on_behind_the_text_wherever_its_padding_is(family: str) -> None:
    model = tiny.backbone(family)
    rules = {"max_new_tokens": 4, "min_new_tokens": 4, "do_sample": False}
    right = generate(model, input_ids=READ, attention_mask=MASK, **rules)
    left = torch.tensor([[1, 5, 6, 7], [8, 9, 10, 11]])
    given = {"input_ids": left, "attention_mask": (left != 1).long()}
    assert torch.equal(generate(model, **given, **rules), right)
    plain = model.generate(**given, **rules)
    assert torch.equal(plain[:, 4:], right)
    told = generate(model, **given, **rules, decoder_start_token_id=[1, 1])
    assert torch.equal(told, right)
