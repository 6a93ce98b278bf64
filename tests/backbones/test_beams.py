"""Searches over scores from a table, where every sequence can be tried."""

import itertools
import math

import pytest
import torch

from hyperadapters.backbones import BeamSearch, GreedySearch, TokenSearch
from hyperadapters.backbones.beams import Rules

VOCABULARY, END, FILLER, MOST = 4, 2, 0, 4
"""Most tokens, without the one that a sentence begins with."""


def rules(early: bool | str = "never") -> Rules:
    return Rules(
        changed=lambda tokens, scores: scores,
        ends=lambda tokens: (tokens[:, -1] == END) | (tokens.shape[1] == MOST + 1),
        given=1,
        most=MOST + 1,
        ids=1,
        filler=FILLER,
        early=early,
    )


def found(
    search: TokenSearch, table: torch.Tensor, starts: list[int], own: Rules
) -> list[list[int]]:
    """What is found where the scores of the next token depend on the last one alone."""
    state = search.begun(torch.tensor(starts)[:, None], own)
    for _ in range(MOST):
        logits = table[state.tokens[:, :, -1].flatten()]
        state = search.step(state, logits, own)
        if bool(state.done.all()):
            break
    return [_to_end(row) for row in state.best[:, 1:].tolist()]


def _to_end(row: list[int]) -> list[int]:
    return row[: row.index(END) + 1] if END in row else row


def written() -> list[tuple[int, ...]]:
    """All that can be written: up to an end, or as long as may be."""
    going = [token for token in range(VOCABULARY) if token != END]
    whole = [(*one, END) for n in range(MOST) for one in itertools.product(going, repeat=n)]
    return [*whole, *itertools.product(going, repeat=MOST)]


def mean(table: torch.Tensor, start: int, tokens: tuple[int, ...]) -> float:
    """Log-probability per token."""
    chances = table.log_softmax(-1)
    return math.fsum(
        float(chances[before, after]) for before, after in itertools.pairwise((start, *tokens))
    ) / len(tokens)


@pytest.mark.parametrize("seed", range(4))
def test_beams_for_all_sequences_find_the_best_of_them(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    table = 2 * torch.randn(VOCABULARY, VOCABULARY, generator=generator)
    starts = [0, 1, 3, 1]
    beams = (VOCABULARY - 1) ** MOST
    best = [
        list(max(written(), key=lambda one, start=start: mean(table, start, one)))
        for start in starts
    ]
    assert found(BeamSearch(beams), table, starts, rules()) == best


@pytest.mark.parametrize("seed", range(4))
def test_greedy_takes_the_most_probable_token_up_to_an_end(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    table = 2 * torch.randn(VOCABULARY, VOCABULARY, generator=generator)
    best = []
    for start in range(VOCABULARY):
        own = [start]
        while own[1:][-1:] != [END] and len(own) <= MOST:
            own.append(int(table[own[-1]].argmax()))
        best.append(own[1:])
    assert found(GreedySearch(), table, list(range(VOCABULARY)), rules()) == best


CHANCES = [[1.0, 0, 0, 0], [0.05, 0, 0.45, 0.5], [1, 0, 0, 0], [0, 0, 0.45, 0.55]]
"""Behind 1 one may end soon, or go on for a better mean; behind 0 nothing ends."""


def test_early_a_search_has_enough_once_as_many_have_ended_as_there_are_beams() -> None:
    table = (torch.tensor(CHANCES) + 1e-6).log()
    early, late = (found(BeamSearch(2), table, [1], rules(how)) for how in (True, "never"))
    assert early == [[3, END]] and late == [[3, 3, 3, 3]]


def test_a_sentence_that_is_done_stays_as_it_is() -> None:
    """It waits for another, and could still find something better."""
    table = (torch.tensor(CHANCES) + 1e-6).log()
    first, other = found(BeamSearch(2), table, [1, 0], rules(True))
    assert first == [3, END] and len(other) > 2
