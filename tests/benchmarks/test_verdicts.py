"""Verdicts of claims: intervals against formulas and simulations, and two controls."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.claims import verdicts
from benchmarks.claims.claim import Claim, Scores, Verdict, judged
from benchmarks.claims.hyper_x import CLAIMS
from benchmarks.claims.pages import put_into
from benchmarks.claims.paired import gap, interval, over_seeds_alone
from benchmarks.claims.shuffled import Ring, shuffled
from benchmarks.claims.stored import TRAINED, read
from benchmarks.claims.updates import Curve, Sooner, curve

import tiny_runs
from hyperadapters.config import run_from, to_yaml
from hyperadapters.context import Row
from hyperadapters.document.dialect import write_yaml
from hyperadapters.errors import BundleError, DataError
from hyperadapters.report.bootstrap import over_seeds
from hyperadapters.run import bundle
from hyperadapters.scoring.matrix import Matrix, Score
from hyperadapters.study import run_study

WORDS = 8
GROUPS = {"seen": ("tr", "ta"), "unseen": ("yo",)}
Right = Callable[[str, int], np.ndarray]
"""How many words of each sentence a run has right, by language and seed."""


def cell(language: str, right: Sequence[float], standing: str = "unseen pair") -> Score:
    score = float(np.sum(right)) / (WORDS * len(right))
    rows = tuple((float(one), float(WORDS)) for one in right)
    return Score("pos", language, "accuracy", score, len(right), standing, rows)


def matrix(name: str, seed: int, cells: Sequence[Score]) -> Matrix:
    return Matrix(name, "m", (seed,), tuple(cells), GROUPS)


def stored(folder: Path, systems: Mapping[str, Sequence[Matrix]]) -> Path:
    """The folder of a study."""
    runs = []
    for name, matrices in systems.items():
        for number, one in enumerate(matrices):
            own = folder / "runs" / f"{name}-{number}"
            own.mkdir(parents=True)
            (own / "results.json").write_text(one.to_json(), encoding="utf-8")
            values = {"system": name, "seed": f"seed-{one.seeds[0]}", "partition": str(number)}
            runs.append({"line": name, "values": values, "folder": f"elsewhere/runs/{own.name}"})
    (folder / "study.json").write_text(json.dumps({"runs": runs}), encoding="utf-8")
    return folder


def simulated(rng: np.random.Generator, *, higher: float = 0.0) -> Right:
    """Sentences are hard or easy for all, and seeds are lucky or not."""
    hard = {name: rng.normal(0.5, 1.0, 80) for name in ("en", "tr", "ta", "yo")}

    def right(language: str, seed: int) -> np.ndarray:
        luck = np.random.default_rng([seed, int(rng.integers(2**31))]).normal(0, 0.1)
        odds = hard[language] + luck + higher
        return rng.binomial(WORDS, 1 / (1 + np.exp(-odds)))

    return right


def runs_of(name: str, right: Right, seeds: Sequence[int] = (0, 1, 2)) -> list[Matrix]:
    return [
        matrix(name, seed, [cell(language, right(language, seed)) for language in ("en", "tr")])
        for seed in seeds
    ]


def verdict(folder: Path, compared: Scores | Sooner, **more: str) -> Verdict:
    claim = Claim("c", "s", "p", compared, "a study")
    return judged(claim, read([str(folder)], more), resamples=200)


@pytest.mark.parametrize(
    ("seeds", "sentences", "both"), [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.06, 1.0, 1.0)]
)
def test_an_interval_covers_no_difference_in_19_of_20_studies(
    seeds: float, sentences: float, both: float
) -> None:
    """Whatever scatters: seeds, sentences, or what a seed makes of a sentence."""
    rng, n, repeats, covered = np.random.default_rng(0), 60, 500, 0
    for _ in range(repeats):
        shared = rng.normal(0, sentences, n) + rng.normal(0, seeds, (3, 1))
        values = shared + rng.normal(0, both, (3, n))
        weights = rng.multinomial(n, np.full(n, 1 / n), 60) / n
        found = interval(values.mean(axis=1), values @ weights.T)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0 <= found.high
    assert 0.91 <= covered / repeats <= 0.98


def test_one_system_under_two_names_is_undecided_in_19_of_20_studies() -> None:
    rng, repeats, covered = np.random.default_rng(1), 80, 0
    for _ in range(repeats):
        right = simulated(rng)
        both = [
            {seed: {("pos", "tr"): cell("tr", right("tr", seed))} for seed in range(3)}
            for _ in range(2)
        ]
        found = gap(*both, [("pos", "tr")], resamples=20)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0 <= found.high
    assert 0.88 <= covered / repeats <= 0.99


def test_seeds_alone_give_the_t_interval_and_one_seed_the_percentiles() -> None:
    values = np.array([1.0, 2.0, 4.0])
    same = interval(values, values[:, None].repeat(5, axis=1))
    usual = over_seeds(list(values))
    assert same[:3] == pytest.approx((usual.mean, usual.low, usual.high))
    assert over_seeds_alone(list(values))[:3] == pytest.approx(same[:3])
    drawn = np.random.default_rng(0).normal(0.5, 1, (1, 999))
    one = interval(np.array([0.5]), drawn)
    assert (one.low, one.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))
    assert "one seed" in one.over
    assert over_seeds_alone([3.0]) == (3.0, None, None, "one seed")


def test_sentences_that_all_seeds_share_are_not_averaged_away() -> None:
    """Many seeds of one difference by sentence: the interval is that of the sentences."""
    shared = np.random.default_rng(3).normal(0, 1, 400)
    weights = np.random.default_rng(4).multinomial(400, np.full(400, 1 / 400), 2000) / 400
    values = np.tile(shared, (6, 1))
    found = interval(values.mean(axis=1), values @ weights.T)
    assert found.high is not None
    assert found.high - found.value == pytest.approx(1.96 * shared.std() / 20, rel=0.06)


def test_a_difference_is_found_and_its_margin_counts(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    right = simulated(rng)
    better = runs_of("b", lambda name, seed: np.minimum(right(name, seed) + 3, WORDS))
    folder = stored(tmp_path, {"a": runs_of("a", right), "b": better})
    found = verdict(folder, Scores("b", "a"))
    (part,) = found.findings
    means = [np.mean([one.cell("pos", "tr").score for one in own]) for own in (better,)]
    assert part.above == pytest.approx(100 * means[0])
    assert part.gap.value == pytest.approx(part.above - part.below)
    assert part.what == "pos, 1 cells"  # English is in no group
    assert (found.word, verdict(folder, Scores("a", "b")).word) == ("holds", "does not hold")
    assert verdict(folder, Scores("b", "a", least=50.0)).word == "does not hold"
    assert verdict(folder, Scores("a", "b", least=-50.0)).word == "holds"
    named = verdict(folder, Scores("theirs", "a"), theirs="b")
    assert named.findings[0].gap == part.gap


def test_control_one_system_under_two_names(tmp_path: Path) -> None:
    right = simulated(np.random.default_rng(6))
    folder = stored(tmp_path, {name: runs_of(name, right) for name in ("a", "b")})
    assert verdict(folder, Scores("a", "b")).word == "undecided"
    same = verdict(folder, Scores("a", "a"))
    assert same.word == "undecided" and same.findings[0].gap[:3] == (0.0, 0.0, 0.0)


def test_control_shuffled_results(tmp_path: Path) -> None:
    """A system that is better by its languages is not when they get each other's answers."""
    rng = np.random.default_rng(7)
    base = simulated(rng)
    gains = {"tr": 2, "ta": -1, "yo": -1}

    def scored(name: str, order: Mapping[str, str]) -> list[Matrix]:
        return [
            matrix(
                name,
                seed,
                [
                    cell(own, np.clip(base(own, seed) + gains[order[own]], 0, WORDS))
                    for own in gains
                ],
            )
            for seed in range(3)
        ]

    plain = [
        matrix("plain", seed, [cell(own, base(own, seed)) for own in gains]) for seed in range(3)
    ]
    own = scored("own", {name: name for name in gains})
    moved = scored("moved", {"tr": "ta", "ta": "yo", "yo": "tr"})
    folder = stored(tmp_path, {"plain": plain, "own": own, "moved": moved})
    claimed = Scores("own", "plain", languages=("tr",))
    assert verdict(folder, claimed).word == "holds"
    assert verdict(folder, claimed, own="moved").word == "does not hold"


def test_trained_pairs_and_untrained_ones_come_from_the_partition_that_has_them(
    tmp_path: Path,
) -> None:
    def partition(name: str, trained: str, right: int) -> Matrix:
        standing = {True: "trained pair", False: "unseen pair"}
        cells = [
            cell(own, [right + (own == trained)] * 5, standing[own == trained])
            for own in ("tr", "ta")
        ]
        return matrix(name, 0, cells)

    systems = {
        name: [partition(name, "tr", right), partition(name, "ta", right)]
        for name, right in (("a", 3), ("b", 1))
    }
    half = replace(systems["a"][0], seeds=(1,))
    folder = stored(tmp_path, {**systems, "a": [*systems["a"], half]})
    assert list(read([str(folder)]).of("a")) == [0]  # seed 1 lacks a partition
    untrained, trained = (
        verdict(folder, Scores("a", "b", standings)).findings[0]
        for standings in (Scores.standings, TRAINED)
    )
    assert untrained.what == trained.what == "pos, 2 cells"
    assert (untrained.above, trained.above) == (100 * 3 / WORDS, 100 * 4 / WORDS)
    nobody = verdict(folder, Scores("a", "b", group="unseen"))
    assert nobody.word == "not run: the systems share no such cell"


def test_what_lacks_is_a_reason_and_what_is_wrong_an_error(tmp_path: Path) -> None:
    right = simulated(np.random.default_rng(8))
    systems = {"a": runs_of("a", right), "late": runs_of("late", right, (7,))}
    few = [matrix("few", 0, [cell("tr", [1, 2, 3])])]
    folder = stored(tmp_path / "one", {**systems, "few": few})
    assert verdict(folder, Scores("a", "z")).word == "not run: no results of `z`; a study"
    assert "no seed in common" in verdict(folder, Scores("a", "late")).word
    assert "different sentences of `pos` in `tr`" in verdict(folder, Scores("a", "few")).word
    other = stored(tmp_path / "two", {"a": runs_of("a", right)})
    with pytest.raises(DataError, match="two studies have a system `a`"):
        read([str(folder), str(other)])
    with pytest.raises(BundleError, match="here are no results"):
        read([str(tmp_path)])
    single = read([f"mine={other / 'runs' / 'a-0'}", str(folder), f"theirs={other / 'runs'}"])
    assert single.names == ("mine", "a", "late", "few", "theirs")
    assert list(single.of("theirs")) == [0, 1, 2]


def test_a_page_and_json_have_every_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = simulated(np.random.default_rng(9))
    systems = {name: runs_of(name, right) for name in ("free", "full-fine-tuning")}
    page, values = tmp_path / "page.md", tmp_path / "v.json"
    start, end = f"<!-- written by `{verdicts.PROGRAM}` -->", f"<!-- /{verdicts.PROGRAM} -->"
    page.write_text(f"before\n{start}\nold\n{end}\nafter\n", encoding="utf-8")
    given = [str(stored(tmp_path / "s", systems)), "--as", "hyper-x=free", "--resamples", "50"]
    more = ["--into", str(page), "--json", str(values), "--markdown"]
    monkeypatch.setattr("sys.argv", ["verdicts", *given, *more])
    verdicts.main()
    table = capsys.readouterr().out
    assert page.read_text() == f"before\n{start}\n\n{table}\n{end}\nafter\n"
    found = json.loads(values.read_text())
    assert [one["claim"] for one in found] == [claim.name for claim in CLAIMS]
    assert found[0]["findings"][0]["gap"]["over"] == "3 seeds and sentences"
    assert found[0]["verdict"] in ("holds", "does not hold", "undecided")
    assert found[2]["verdict"].startswith("not run: no results of `mad-x-ms`")
    monkeypatch.setattr("sys.argv", ["verdicts", str(tmp_path / "none")])
    with pytest.raises(SystemExit, match="2"):
        verdicts.main()
    assert "here are no results" in capsys.readouterr().err
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(DataError, match="no place for `benchmarks.claims.verdicts`"):
        put_into(page, verdicts.PROGRAM, table)


def test_margins_are_said() -> None:
    said = [Scores("a", "b", least=least).said for least in (-2.0, 0.0, 1.5)]
    assert said == [
        "a less than 2 points below b; pairs never trained on, all",
        "a above b; pairs never trained on, all",
        "a more than 1.5 points above b; pairs never trained on, all",
    ]
    other = Scores("a", "b", TRAINED, languages=("kk", "te")).said
    assert other == "a above b; pairs trained, kk, te"


def test_claims_have_names_of_their_own_and_say_what_is_compared() -> None:
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    assert len({claim.compared for claim in CLAIMS}) == len(CLAIMS)


def test_updates_until_a_share_of_the_final_score_are_interpolated() -> None:
    own = Curve((10, 20, 40), (0.2, 0.6, 1.0))
    assert own.until(0.9) == pytest.approx(35.0)
    assert (own.until(0.1), own.until(0.6), own.until(1.1)) == (10.0, 20.0, None)


def _judged(folder: Path, name: str, seed: int, scores: Sequence[float]) -> Matrix:
    """A run with dev scores of a trained and of an untrained pair."""
    own = folder / "runs" / f"{name}-{seed}"
    own.mkdir(parents=True, exist_ok=True)
    values = tiny_runs.values(own, select={"fields": ["en", "ta"]})
    (own / "run.yaml").write_text(to_yaml(run_from(values)), encoding="utf-8")
    lines = [
        {"phase": "train", "step": 10 * n, "dev": {"fields/en": score, "fields/ta": 0.0}}
        for n, score in enumerate(scores, 1)
    ]
    lines.insert(0, {"phase": "train", "step": 5, "loss": 2.0})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (own / "metrics.jsonl").write_text(text, encoding="utf-8")
    return matrix(name, seed, [cell("tr", [1, 2])])


def test_who_is_quicker_is_judged_over_seeds(tmp_path: Path) -> None:
    quick, slow = (0.85, 1.0, 1.0), (0.4, 0.8, 1.0)
    systems = {
        name: [
            _judged(tmp_path, name, seed, [s * (1 - seed / 50) for s in scores]) for seed in (0, 1)
        ]
        for name, scores in (("quick", quick), ("slow", slow))
    }
    for matrices in systems.values():
        for one in matrices:
            own = tmp_path / "runs" / f"{one.run}-{one.seeds[0]}"
            (own / "results.json").write_text(one.to_json(), encoding="utf-8")
    found = [f"{name}={tmp_path / 'runs' / f'{name}-{n}'}" for name in systems for n in range(2)]
    read_in = read(found)
    assert curve(read_in.of("slow")[0]).scores == pytest.approx(slow)

    def word(compared: Sooner) -> str:
        return judged(Claim("c", "s", "p", compared, ""), read_in).word

    assert word(Sooner("quick", "slow")) == "holds"
    assert word(Sooner("slow", "quick", times=1.2)) == "does not hold"
    (part,) = Sooner("quick", "slow").findings(read_in, 0)
    assert (part.above, part.below) == pytest.approx((10 + 10 * 0.05 / 0.15, 25.0))
    assert part.gap.over == "2 seeds"
    alone = read([one for one in found if one.endswith("-0")])
    (part,) = Sooner("quick", "slow").findings(alone, 0)
    assert part.word == "undecided" and part.gap.over == "one seed"
    (tmp_path / "runs" / "slow-0" / "metrics.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="never judged on the dev cells of trained pairs"):
        curve(read_in.of("slow")[0])


def test_a_ring_moves_every_language_that_was_trained() -> None:
    ring = Ring(("a", "b", "c"))
    rows = [Row(task="t", language=name) for name in "abcx"]
    assert [ring.row(row, 0)["language"] for row in rows] == ["b", "c", "a", "x"]
    assert ring.spelt_out() == {"ring": ["a", "b", "c"]}


def opposites(root: Path) -> None:
    """Two words and two labels; what a word's label is depends on the language alone."""
    rng = np.random.default_rng(0)
    for language, labels in (("en", "AB"), ("tr", "BA")):
        (root / language).mkdir()
        for split, sentences in (("train", 40), ("dev", 4), ("test", 40)):
            drawn = rng.integers(0, 2, (sentences, 4))
            texts = ["".join(f"{'no yes'.split()[w]}\t{labels[w]}\n" for w in s) for s in drawn]
            (root / language / f"{split}.tsv").write_text("\n".join(texts), encoding="utf-8")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of real runs of Hyper-X, in which everything depends on the name of the language."""
    folder = tmp_path_factory.mktemp("real")
    opposites(folder)
    sizes = {"code": 16, "bottleneck": 16, "embedding": 8, "hidden": 16, "scale": "free"}
    recipe = {"steps": 45, "batch": 8, "length": 8, "learning_rate": 0.03, "contexts_per_batch": 2}
    data = {"format": "conll", "path": str(folder / "{language}" / "{split}.tsv")}
    changes = {
        "method": {"name": "hyper-x-base", **sizes},
        "tasks": {"pos": {"kind": "tagging", "data": data}},
        "train": {"pos": ["en", "tr"]},
        "select": {},
        "groups": {"both": ["en", "tr"]},
        "phases": {"pretrain": {"train": {"pos": ["en"]}, "steps": 1}},
        "recipe": recipe,
    }
    run = tiny_runs.values(folder, **changes)
    study = {"name": "x", "output": str(folder / "out"), "run": run, "grid": {"seed": [0, 1]}}
    study["grid"]["system"] = {"own": {}, "again": {}}
    file = folder / "study.yaml"
    file.write_text(write_yaml(study), encoding="utf-8")
    run_study(file)
    return folder / "out"


def test_controls_on_real_runs(real: Path, tmp_path: Path) -> None:
    """The same runs under two names, and Hyper-X with each language's weights for the other's."""
    systems = read([str(real)])
    assert systems.names == ("own", "again") and list(systems.of("own")) == [0, 1]
    for seed, (run,) in systems.of("own").items():
        (tmp_path / f"{seed}").mkdir()
        other = shuffled(bundle.load(run.folder / "model"))
        (tmp_path / f"{seed}" / "results.json").write_text(other.to_json(), encoding="utf-8")
    both = read([str(real), f"shuffled={tmp_path}"])

    def word(above: str, below: str) -> str:
        claim = Claim("c", "s", "p", Scores(above, below, TRAINED), "")
        return judged(claim, both, resamples=200).word

    assert word("own", "again") == "undecided"
    assert word("own", "shuffled") == "holds"
    assert word("shuffled", "again") == "does not hold"


def test_verdicts_of_results_that_are_kept_are_those_of_the_page() -> None:
    root = Path(__file__).parents[2]
    kept = root / "benchmarks" / "results" / "real-text-small"
    called = {"hyper-x": "hyper-x-shared"}
    systems = ("hyper-x-shared", "hyper-x-small", "hyper-x-by-size")
    named = [f"{one}={kept / f'{part}_{one}_seed-0'}" for part in "ab" for one in systems]
    found = read([*named, f"hyper-x-english={kept / 'hyper-x-english_seed-0'}"], called)
    claims = [claim for claim in CLAIMS if judged(claim, found, resamples=2).findings]
    assert [claim.name for claim in claims] == [
        "mixture above English",
        "wider code",
        "sampling by temperature",
    ]
    page = (root / "docs" / "methods" / "claims.md").read_text(encoding="utf-8")
    for claim in claims:
        for line in verdicts.lines(judged(claim, found)):
            assert f"| {' | '.join(line)} |\n" in page
