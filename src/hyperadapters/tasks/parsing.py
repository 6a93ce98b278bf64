"""Dependency parsing: a tree over the words of a sentence, with a relation on every arc."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from hyperadapters.data.reading import read_words
from hyperadapters.errors import DataError, TrainingError
from hyperadapters.examples import Tree
from hyperadapters.forms import Biaffine, paired
from hyperadapters.metrics import Arc, Loss, Metric, Statistics
from hyperadapters.tasks.arcs import best_heads, head_nats, possible
from hyperadapters.tasks.base import (
    Answering,
    Head,
    Task,
    Tokenizer,
    View,
    full_precision,
)
from hyperadapters.tasks.batch import IGNORED, Encoded, Share, of_part, padded_targets
from hyperadapters.tasks.labels import mapped, numbered
from hyperadapters.tasks.parses import Parses
from hyperadapters.tasks.vectors import Pool, first_token, places_of, pooled
from hyperadapters.tasks.words import UNSEEN, first_tokens, without_token

__all__ = ["RELATIONS", "Parsing", "universal", "whole"]

_ROOT = "root"
"""The relation of the word whose head is the root, and of no other."""


def universal(label: str) -> str:
    """The relation without its subtype: `nsubj` of `nsubj:pass`."""
    return label.partition(":")[0]


def whole(label: str) -> str:
    """The relation as it is."""
    return label


RELATIONS: Mapping[str, Callable[[str], str]] = {"universal": universal, "all": whole}
"""How relations are read, by the names that run files have for it."""


@final
@dataclass(frozen=True)
class Parsing(Task):
    """A head and a relation per word, from two biaffine scorers of pairs of words.

    The head of a word is another word or the root, whose vector is that of the first token that the
    tokenizer adds. What is answered and scored is the best tree with one root, and the best
    relation of each of its arcs, `root` where the root is the head and nowhere else. Scores count
    every word. One that the model does not see, because it was cut off at the length limit or has
    no token at all, has no arc and is wrong; it is no head either. Neither its arc nor one that
    leads to it has a part in the loss.

    Args:
        name: the task in the run file.
        labels: relations, in the order of the head.
        metric: `Las` or `Uas`.
        pool: of which of its tokens a word's vector is made.
        relation: what is read of a label of the corpora: all of it, or what is before its `:`.
        label_map: changes to that.
    """

    name: str
    labels: tuple[str, ...]
    metric: Metric
    pool: Pool = first_token
    relation: Callable[[str], str] = universal
    label_map: Mapping[str, str] = field(default_factory=dict, hash=False)
    heads: Mapping[str, Head] = field(init=False, repr=False, hash=False)

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label occurs twice in the labels of task `{self.name}`")
        heads = {"arcs": Head(Biaffine()), "relations": Head(Biaffine(len(self.labels)))}
        object.__setattr__(self, "heads", heads)

    @property
    def answering(self) -> Answering:
        """A tree per sentence."""
        return Parses(self.predict)

    def kept(self) -> dict[str, Any]:
        """The labels, in the order of the head."""
        return {"labels": list(self.labels)}

    def check(self, example: Tree) -> None:
        """Raises unless all labels are among those of the task."""
        self._gold(example)

    def encode(self, tokenizer: Tokenizer, example: Tree, length: int) -> Encoded:
        """Token ids; `places`, of the tree, that each token is a part of; of each word of the uncut
        sentence its `first` token, its head in `heads` and its label in `gold`.

        Places are 0 for the root and n for the n-th word. A token of no place has -100, a word
        without a token -1 in `first`. A sentence that is to be parsed has -100 in `heads` and
        `gold`.

        Raises:
            DataError: no words, or not one head and label per word, or a label that the task does
                not have.
            BackboneError: the tokenizer adds no token, which a root needs.
        """
        gold = self._gold(example)
        (found,) = read_words(tokenizer, [example.words], length)
        targets = {
            "places": places_of(found.parts, self.pool),
            "first": first_tokens(found.parts, len(gold)),
            "heads": list(example.heads) or [IGNORED] * len(gold),
            "gold": gold,
        }
        return Encoded(found.ids, targets, uncut=found.uncut)

    def unread(self, encoded: Encoded) -> int:
        """Words of a tree without a token."""
        return sum(label != IGNORED for label in without_token(encoded))

    def _gold(self, example: Tree) -> list[int]:
        words = len(example.words)
        if not words:
            raise DataError(f"a sentence of task `{self.name}` has no words")
        if not example.heads and not example.labels:
            return [IGNORED] * words
        if {len(example.heads), len(example.labels)} != {words}:
            raise DataError(
                f"a sentence of task `{self.name}` has not one head and one label per word",
                expected=f"{words} heads and {words} labels",
                found=f"{len(example.heads)} and {len(example.labels)} in `{example.text[:80]}`",
            )
        return numbered(example, self.read, self.name, self.labels)

    def read(self, label: str) -> str:
        """What the task takes a label of a corpus for."""
        return mapped(self.relation(label), self.label_map)

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """`places` (example, token), and `first`, `heads` and `gold` (example, word), all padded
        with -100.
        """
        words = max(len(one.targets["gold"]) for one in encoded)
        widths = {"places": tokens, "first": words, "heads": words, "gold": words}
        return padded_targets(encoded, widths), None

    def targets_of(
        self, encoded: Sequence[Encoded], own: slice, tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        """Of these alone: nothing is drawn."""
        return of_part(lambda some: self.targets(some, tokens, generator)[0], encoded, own), None

    def logits(
        self, view: View, hidden: Float[Tensor, "example token d_model"], share: Share
    ) -> Float[Tensor, "example word place score"]:
        """Of each word with each place (0 the root, n the n-th word) as its head the score of the
        arc, and then those of its labels.
        """
        words = share.targets["first"].shape[1]
        vectors = pooled(hidden, share.targets["places"], words + 1)
        parts = (view.head(self.name, part, vectors, share.examples) for part in self.heads)
        return torch.cat([paired(asked, vectors[:, 1:]) for asked in parts], dim=-1)

    def loss(
        self,
        logits: Float[Tensor, "example word place score"],
        share: Share,
        *,
        smoothing: float = 0.0,
    ) -> Loss:
        """Cross-entropy in nats of heads, and of labels under the right heads, summed over words.

        `smoothing` in [0, 1) goes to all heads that a word may have, and to all labels.
        """
        first, heads, gold = (share.targets[name] for name in ("first", "heads", "gold"))
        among = possible(first)
        at = _learned(share, among).nonzero(as_tuple=True)
        arcs = head_nats(logits[at][..., 0], heads[at], among[at], smoothing)
        relations = functional.cross_entropy(
            full_precision(logits[(*at, heads[at])][:, 1:]),
            gold[at],
            reduction="sum",
            label_smoothing=smoothing,
        )
        return Loss(arcs + relations, gold.new_full((), len(at[0])))

    def statistics(
        self, logits: Float[Tensor, "example word place score"], share: Share
    ) -> list[Statistics]:
        """The metric's numbers per sentence, over all its words."""
        heads, gold = share.targets["heads"].tolist(), share.targets["gold"].tolist()
        results = []
        for own, labels, arcs in zip(heads, gold, self.predict(logits, share), strict=True):
            known = [word for word, label in enumerate(labels) if label != IGNORED]
            right = [Arc(own[word], self.labels[labels[word]]) for word in known]
            results.append(self.metric.statistics(right, [arcs[word] for word in known]))
        return results

    def predict(
        self, logits: Float[Tensor, "example word place score"], share: Share
    ) -> list[list[Arc | None]]:
        """The arc of each word in the best tree with one root; None where the model saw no token.

        Raises:
            TrainingError: a score is not finite.
        """
        scores = logits.detach()[..., 0].double().cpu()
        return [
            self._tree(arcs, [token for token in first if token != IGNORED], labels)
            for arcs, first, labels in zip(
                scores, share.targets["first"].tolist(), logits.detach()[..., 1:], strict=True
            )
        ]

    def _tree(
        self,
        arcs: Float[Tensor, "word place"],
        first: Sequence[int],
        labels: Float[Tensor, "word place label"],
    ) -> list[Arc | None]:
        try:
            heads = best_heads(arcs, first)
        except ValueError as fault:
            raise TrainingError(
                f"the scores of task `{self.name}` are not finite",
                found=str(fault),
                cause="the weights have grown beyond what their precision holds",
                remedy="train with a lower `recipe.learning_rate`, or `recipe.precision: no`",
            ) from None
        words, places = list(heads), list(heads.values())
        scores = labels[words, places].masked_fill(
            self._misplaced(places, labels.device), -torch.inf
        )
        best = dict(zip(words, scores.argmax(-1).tolist(), strict=True))
        return [
            Arc(heads[word], self.labels[best[word]]) if word in heads else None
            for word in range(len(first))
        ]

    def _misplaced(
        self, heads: Sequence[int], device: torch.device
    ) -> Bool[Tensor, "vector label"]:
        """Which labels arcs cannot have: `root` is that of the root's arc, and of no other."""
        at_root = torch.tensor([head == 0 for head in heads], device=device).unsqueeze(1)
        is_root = torch.tensor([label == _ROOT for label in self.labels], device=device)
        if not is_root.any() or is_root.all():
            return torch.zeros_like(at_root & is_root)
        return at_root != is_root


def _learned(
    share: Share, among: Bool[Tensor, "example word place"]
) -> Bool[Tensor, "example word"]:
    """The words of trees that the model sees, and whose heads it sees."""
    heads = share.targets["heads"]
    right = among.gather(2, heads.clamp(min=0).unsqueeze(2)).squeeze(2)
    return right & (heads != IGNORED) & (share.targets["first"] > UNSEEN)
