"""What Hyper-X's paper claims (Üstün et al., 2022), and what is asked of it here, as claims.

Systems are called as in the studies of `configs/hyper-x/real-text*.study.yaml`. Numbers are from
the paper's tables and text; what only a figure shows has none.
"""

from benchmarks.claims.claim import Claim, Scores
from benchmarks.claims.stored import TRAINED
from benchmarks.claims.updates import Sooner

__all__ = ["CLAIMS", "OTHERS_WEIGHTS"]

OTHERS_WEIGHTS = "hyper-x-shuffled"
"""What runs of Hyper-X that `benchmarks.claims.shuffled` scored are called in claims."""

_HERE = "ours"
_FILE = "`configs/hyper-x/real-text{}.study.yaml`"
_MAIN, _ENGLISH, _MLM, _SWAPPED, _BY_SIZE, _FEW = (
    _FILE.format(end) for end in ("", "-english", "-mlm", "-swapped", "-by-size", "-few-shot")
)
_NO_MAD_X = "MAD-X with task adapters of several source languages has no run file of real text"
_SWAPS = ("kk", "te", "zu")
"""The languages that change sides: opposite tr, ta, and sw and rw afterwards."""

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "above fine-tuning",
        "Adapters written for pairs never trained on beat full fine-tuning of the same mixture.",
        "section 5, table 2, third block; table 6",
        Scores("hyper-x", "full-fine-tuning"),
        _MAIN,
        "NER 62.3 and 52.8, POS 67.9 and 61.4",
    ),
    Claim(
        "above fine-tuning, unseen",
        "The same, in languages that the encoder has not seen in its pre-training.",
        "section 5, table 2, third block",
        Scores("hyper-x", "full-fine-tuning", group="unseen"),
        _MAIN,
        "NER 61.0 and 48.7, POS 63.8 and 54.7",
    ),
    Claim(
        "as MAD-X",
        "It comes within two points of MAD-X with task adapters of several source languages.",
        "section 5, table 2, third block",
        Scores("hyper-x", "mad-x-ms", least=-2.0),
        _NO_MAD_X,
        "NER 62.3 and 62.3, POS 67.9 and 69.0",
    ),
    Claim(
        "above PSF",
        "It beats a factorization of the parameters of heads (PSF).",
        "section 5, table 2, third block; table 6",
        Scores("hyper-x", "psf"),
        _MAIN,
        "NER 62.3 and 56.2, POS 67.9 and 62.7",
    ),
    Claim(
        "mixture above English",
        "A mixture of languages is better to learn from than English in both tasks.",
        "section 5, table 2, second and third block",
        Scores("hyper-x", "hyper-x-english"),
        _ENGLISH,
        "NER 62.3 and 52.9, POS 67.9 and 63.6",
    ),
    Claim(
        "wider code",
        "A code of 192 (Base) is better than one of 32 (Small).",
        "section 5, table 2, third block",
        Scores("hyper-x", "hyper-x-small"),
        f"{_MAIN} with the line that its head gives",
        "NER 62.3 and 60.3, POS 67.9 and 67.2",
    ),
    Claim(
        "MLM for all",
        "Masked language modelling beside the tasks helps pairs never trained on.",
        "section 6.2, among figures 3 to 5",
        Scores("hyper-x-mlm-all", "hyper-x-mlm-none", group="unseen"),
        _MLM,
        "6.2 points of NER and 10.5 of POS, unseen languages",
    ),
    Claim(
        "related languages",
        "A pair gains where the task was trained in a related language.",
        "section 6.3, among figures 3 to 5",
        Scores("hyper-x-swapped", "hyper-x", languages=_SWAPS),
        _SWAPPED,
    ),
    Claim(
        "sampling by temperature",
        "Sampling pairs with temperature 5 is better than in proportion to their size.",
        "appendix B.1, figure 7",
        Scores("hyper-x", "hyper-x-by-size"),
        _BY_SIZE,
    ),
    *(
        Claim(
            f"few-shot, {shots}",
            f"With {shots} sentences of a new pair Hyper-X is above full fine-tuning.",
            "appendix D, table 5, figure 6",
            Scores(f"hyper-x shots-{shots}", f"full-fine-tuning shots-{shots}", TRAINED),
            _FEW,
            printed,
        )
        for shots, printed in (
            (5, "means of five languages: NER 53.0 and 49.0, POS 74.0 and 66.4"),
            (10, "NER 59.7 and 54.2, POS 77.6 and 71.5"),
            (20, "NER 64.7 and 56.2, POS 80.1 and 75.8"),
            (50, "NER 69.1 and 64.1, POS 83.7 and 81.2"),
        )
    ),
    Claim(
        "above task adapters",
        "On pairs never trained on, a network of task and language is worth more than an adapter "
        "per task.",
        _HERE,
        Scores("hyper-x", "task-adapters"),
        _MAIN,
    ),
    Claim(
        "task adapters, trained",
        "On trained pairs it has at least the score of task adapters.",
        _HERE,
        Scores("hyper-x", "task-adapters", TRAINED),
        _MAIN,
    ),
    Claim(
        "near a table of pairs",
        "On trained pairs it is within two points of an adapter per pair.",
        _HERE,
        Scores("hyper-x", "pair-table", TRAINED, least=-2.0),
        _MAIN,
    ),
    Claim(
        "as quick as a table",
        "It needs at most 1.2 times the updates of an adapter per pair.",
        _HERE,
        Sooner("hyper-x", "pair-table", times=1.2),
        _MAIN,
    ),
    *(
        Claim(
            f"names count, {kind}",
            f"Another language's weights cost points on pairs {kind}.",
            _HERE,
            Scores("hyper-x", OTHERS_WEIGHTS, standings),
            "`python -m benchmarks.claims.shuffled`",
        )
        for kind, standings in (
            ("never trained on", Scores.standings),
            ("trained", TRAINED),
        )
    ),
)
"""In the order of the paper, and then ours."""
