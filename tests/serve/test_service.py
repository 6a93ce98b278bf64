"""A service: what it answers is what `predict` answers, whoever else asks at the same time."""

import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from hyperadapters.errors import ConfigError, ContextError, DataError, ServingError, UnknownName
from hyperadapters.providers import Hypernetwork, Remembered
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.prediction import Answered, answered, predict
from hyperadapters.serve import Reply, Service, service
from hyperadapters.tasks.classification import Verdict

TEXTS = ("three days ago", "in 5 weeks", "12 Mart 2024", "", "Monday", "1.200 lira ve Kanada")
PAIRS = ("one day\t1 day", "one day\ttwo days")
ASKED = [
    *(("fields", language, TEXTS[n:]) for n, language in enumerate(("en", "tr", "ta"))),
    *(("spans", language, TEXTS[:n]) for n, language in enumerate(("ta", "en", "tr"), 2)),
    *(("equal", language, PAIRS) for language in ("tr", "en")),
]
WAIT = 60
"""Seconds after which a test gives up."""


class Gate:
    """Answers in place of `answered`: the first call begins, and ends when it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, assembly: Assembly, task: str, asked: Sequence[Any]) -> list[Answered]:
        self.calls.append([text for _, text in asked])
        self.begun.set()
        assert self.go.wait(WAIT)
        if any(text == "bad" for _, text in asked):
            raise DataError("a text that nobody can answer")
        return answered(assembly, task, asked)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """What every service of a test answers by."""
    made = Gate()
    monkeypatch.setattr(service, "answered", made)
    return made


def answers(told: "Future[Reply]") -> list[Any]:
    """What a request was answered."""
    return [one.answer for one in told.result(WAIT).answers]


def rounded(found: list[Any]) -> list[Any]:
    """Answers without what batches of other sizes make of the last digits."""
    return [
        {name: round(share, 5) for name, share in one.probabilities.items()}
        if isinstance(one, Verdict)
        else one
        for one in found
    ]


def test_everyone_has_the_answers_of_predict(assembly: Assembly) -> None:
    wanted = [list(predict(assembly, *asked)) for asked in ASKED]
    assert len({str(one) for one in wanted}) == len(ASKED), "rows must differ"
    with Service(assembly) as served, ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            told = list(pool.map(lambda asked: served.ask(*asked), ASKED))
            assert [rounded(answers(one)) for one in told] == [rounded(one) for one in wanted]


def test_a_reply_says_what_training_saw(assembly: Assembly) -> None:
    long = "three days ago " * 20
    with Service(assembly) as served:
        reply = served.ask("fields", "tr", [long, "Monday"]).result(WAIT)
        assert (str(reply.cell), reply.standing) == ("fields/tr", "trained pair")
        assert [one.cut for one in reply.answers] == [True, False]
        assert served.ask("fields", "ta", []).result(WAIT).standing == "unseen pair"


def test_those_who_wait_are_answered_together(assembly: Assembly, gate: Gate) -> None:
    with Service(assembly, together=4) as served:
        first = served.ask("fields", "en", ["a"])
        assert gate.begun.wait(WAIT)
        others = [
            served.ask(task, language, texts)
            for task, language, texts in (
                ("fields", "en", ["b", "c"]),
                ("spans", "tr", ["d"]),
                ("fields", "ta", ["e"]),
                ("fields", "tr", ["f", "g", "h", "i", "j"]),
                ("spans", "en", ["k"]),
            )
        ]
        assert served.waiting == 10
        gate.go.set()
        for told in (first, *others):
            assert answers(told)
    assert gate.calls == [["a"], ["b", "c", "e"], ["d"], ["f", "g", "h", "i", "j"], ["k"]]


def test_a_fault_is_told_to_those_who_made_it(assembly: Assembly, gate: Gate) -> None:
    with Service(assembly) as served:
        served.ask("fields", "en", ["a"])
        assert gate.begun.wait(WAIT)
        told = [served.ask("fields", "tr", [text]) for text in ("good", "bad", "better")]
        gate.go.set()
        with pytest.raises(DataError, match="a text that nobody can answer"):
            told[1].result(WAIT)
        assert answers(told[0]) and answers(told[2])
        assert answers(served.ask("fields", "en", ["after it"]))


def test_a_fault_in_a_text_says_which_it_is(assembly: Assembly) -> None:
    with Service(assembly) as served:
        told = served.ask("equal", "en", [PAIRS[0], "no pair"])
        with pytest.raises(DataError, match="a line is no pair of texts\n  where: line 2"):
            told.result(WAIT)


def test_what_nobody_knows_is_refused_at_once(assembly: Assembly) -> None:
    with Service(assembly) as served:
        with pytest.raises(UnknownName, match="unknown task `feilds`(.|\n)*did you mean `fields`"):
            served.ask("feilds", "en", ["a"])
        with pytest.raises(UnknownName, match="unknown language `xx`"):
            served.ask("fields", "xx", ["a"])
        with pytest.raises(ConfigError, match="task `mlm` gives no answers"):
            served.ask("mlm", "en", ["a"])
        with pytest.raises(ContextError, match="has a weight below zero"):
            served.ask("fields", "en*-1+tr*2", ["a"])
        mixed = served.ask("fields", "en*1+ta*2", ["a"]).result(WAIT)
        assert str(mixed.cell) == "fields/en*1+ta*2"


def test_too_many_who_wait_are_told_to(assembly: Assembly, gate: Gate) -> None:
    with Service(assembly, waiting=3) as served:
        large = served.ask("fields", "en", ["a"] * 5)  # nobody waits
        assert gate.begun.wait(WAIT)
        told = served.ask("fields", "en", ["b", "c"])
        with pytest.raises(
            ServingError, match="too many texts wait(.|\n)*found: 2 that wait, and 2"
        ):
            served.ask("fields", "en", ["d", "e"])
        last = served.ask("fields", "en", ["d"])
        gate.go.set()
        assert [len(answers(one)) for one in (large, told, last)] == [5, 2, 1]


def test_who_gave_up_is_not_answered(assembly: Assembly, gate: Gate) -> None:
    with Service(assembly) as served:
        served.ask("fields", "en", ["a"])
        assert gate.begun.wait(WAIT)
        given_up, stayed = (served.ask("fields", "en", [text]) for text in "bc")
        assert given_up.cancel()
        gate.go.set()
        assert answers(stayed)
    assert gate.calls == [["a"], ["c"]]
    with pytest.raises(CancelledError):
        given_up.result(WAIT)


def test_closing_answers_those_who_wait(assembly: Assembly, gate: Gate) -> None:
    with ExitStack() as opened, ThreadPoolExecutor(1) as pool:
        served = opened.enter_context(Service(assembly))
        told = [served.ask("fields", "en", ["a"])]
        assert gate.begun.wait(WAIT)
        told.append(served.ask("fields", "en", ["b"]))
        closing = pool.submit(opened.close)
        with pytest.raises(ServingError, match="the service is closed"):
            while not closing.done():
                served.ask("fields", "en", []).cancel()
        gate.go.set()
        closing.result(WAIT)
    assert all(one.done() and len(answers(one)) == 1 for one in told)


def test_a_service_that_cannot_begin_says_so_and_takes_nothing(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, served = assembly.model.adapters["adapters"], Service(assembly)

    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("no more threads")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(RuntimeError, match="no more threads"):
            served.__enter__()
    assert assembly.model.adapters["adapters"] is network
    with pytest.raises(ServingError, match="the service is closed"):
        served.ask("fields", "en", ["a"])


def test_a_service_may_be_opened_again_and_not_twice(assembly: Assembly) -> None:
    served = Service(assembly)
    for _ in range(2):
        with served:
            assert answers(served.ask("fields", "en", ["a"]))
            with pytest.raises(ServingError, match="the service is open already"):
                served.__enter__()
            assert answers(served.ask("fields", "en", ["a"]))


def test_no_texts_wait_for_nobody(assembly: Assembly, gate: Gate) -> None:
    with Service(assembly, waiting=1) as served:
        served.ask("fields", "en", ["a"])
        assert gate.begun.wait(WAIT)
        served.ask("fields", "en", ["b"])
        assert answers(served.ask("fields", "en", [])) == []
        gate.go.set()


def test_long_texts_that_wait_are_too_many(
    assembly: Assembly, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_CHARACTERS", 10)
    with Service(assembly) as served:
        served.ask("fields", "en", ["a"])
        assert gate.begun.wait(WAIT)
        told = served.ask("fields", "en", ["long " * 20])  # nobody waits
        with pytest.raises(ServingError, match="10 characters(.|\n)*1 more, of 101 characters"):
            served.ask("fields", "en", ["b"])
        gate.go.set()
        assert answers(told)


def test_a_closed_service_leaves_the_model_as_it_was(assembly: Assembly) -> None:
    network, forms = assembly.model.adapters["adapters"], assembly.model.forms["adapters"]
    assert isinstance(network, Hypernetwork)
    served = Service(assembly)
    with pytest.raises(ServingError, match="the service is closed"):
        served.ask("fields", "en", ["a"])
    with served:
        assert answers(served.ask("fields", "en", ["a"]))
        assert isinstance(assembly.model.adapters["adapters"], Remembered)
    assert assembly.model.adapters["adapters"] is network
    assert assembly.model.forms["adapters"] is forms
    with pytest.raises(ServingError, match="the service is closed"):
        served.ask("fields", "en", ["a"])


def test_a_row_is_written_once_for_all_requests(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    network = assembly.model.adapters["adapters"]
    forward = type(network).forward

    def spy(self: Any, rows: Sequence[Any], sites: Any) -> Any:
        asked.extend(map(str, rows))
        return forward(self, rows, sites)

    monkeypatch.setattr(type(network), "forward", spy)
    with Service(assembly) as served:
        for language in ("en", "tr", "en", "tr"):
            assert answers(served.ask("fields", language, ["Monday"]))
    assert len(asked) == len(set(asked)) == 2
    with Service(assembly, remembered=0) as forgetful:
        for language in ("en", "tr", "en", "tr"):
            assert answers(forgetful.ask("fields", language, ["Monday"]))
    assert len(asked) == 6
