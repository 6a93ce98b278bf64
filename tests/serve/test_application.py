"""A service over HTTP, on a port of this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import uvicorn

from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.prediction import predict
from hyperadapters.serve import Service, application, service

WAIT = 60
"""Seconds after which a test gives up."""


@pytest.fixture(scope="module")
def served(assembly: Assembly) -> Iterator[tuple[str, Service]]:
    """Where a server listens, and what it asks."""
    with Service(assembly, waiting=8) as own:
        app = application.application(own)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", own
            server.should_exit = True
            thread.join(WAIT)


def called(place: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and JSON of what a place answers; bytes are sent as they are."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    kind = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(place, data, {**kind, **(headers or {})}), timeout=WAIT) as reply:
            return reply.status, json.load(reply)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused) | {"retry": refused.headers["Retry-After"]}


def test_answers_are_those_of_predict(served: tuple[str, Service]) -> None:
    place, own = served
    texts = ["three days ago", "", "1.200 Türk lirası ve Kanada " * 20]
    status, told = called(f"{place}/predict", {"task": "spans", "language": "tr", "texts": texts})
    wanted = list(predict(own.assembly, "spans", "tr", texts))
    assert status == 200
    assert told["standing"] == "unseen pair" and told["cut"] == [2]
    for text, answer, labels in zip(texts, told["answers"], wanted, strict=True):
        assert answer["words"] == text.split()
        assert answer["labels"] == [label or None for _, label in labels]


def test_what_it_has(served: tuple[str, Service]) -> None:
    place, own = served
    status, rows = called(f"{place}/rows")
    found = {(row["task"], row["language"]): row["standing"] for row in rows}
    assert status == 200
    assert set(found) == {
        (task, name) for task in ("fields", "spans", "equal") for name in LANGUAGES
    }
    assert found["fields", "tr"] == "trained pair" and found["spans", "tr"] == "unseen pair"
    assert called(f"{place}/health") == (
        200,
        {"run": "tiny", "method": "hyper-x-base", "waiting": 0},
    )


LANGUAGES = ("en", "ta", "tr")


def test_faults_are_told(served: tuple[str, Service]) -> None:
    predict_at = f"{served[0]}/predict"
    status, told = called(predict_at, {"task": "feilds", "language": "tr", "texts": []})
    assert status == 404
    assert told["error"] == "unknown task `feilds`" and told["remedy"] == "did you mean `fields`?"
    status, told = called(predict_at, {"task": "equal", "language": "en", "texts": ["no pair"]})
    assert status == 422
    assert told["error"] == "a line is no pair of texts" and told["where"] == "line 1"
    status, told = called(predict_at, {"task": "fields", "texts": "one", "lang": "tr"})
    assert status == 422
    assert {fault["where"] for fault in told["faults"]} == {
        "body.language",
        "body.texts",
        "body.lang",
    }
    assert called(predict_at, b"{")[0] == 422
    half = b'{"task": "fields", "language": "tr", "texts": ["whole", "a\\ud800"]}'
    status, told = called(predict_at, half)
    assert (status, told["faults"][0]["where"]) == (422, "body.texts.1")
    assert told["faults"][0]["expected"].endswith("character 2 is half of one, and no text")
    for name in (b'"language', b'"task', b'"texts', b'"tr', b'"fields', b'"whole'):
        other = half.replace(name, b'"\\udc00' + name[1:])
        assert called(predict_at, other)[0] == 422
    long = {"task": "fields", "language": "+".join(f"en{n}*1" for n in range(100)), "texts": []}
    status, told = called(predict_at, long)
    assert (status, told["faults"][0]["where"]) == (422, "body.language")
    assert called(predict_at, b"[" * 100_000)[0] == 422
    status, told = called(f"{served[0]}/nowhere")
    assert (status, told["error"]) == (404, "Not Found")


def test_what_nobody_foresaw_is_told_as_well(
    served: tuple[str, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise MemoryError

    one = {"task": "fields", "language": "tr", "texts": ["a"]}
    with monkeypatch.context() as patched:
        patched.setattr(service, "answered", broken)
        status, told = called(f"{served[0]}/predict", one)
    assert status == 500
    assert told["error"] == "no answer, for a reason that the server has written down"
    assert called(f"{served[0]}/predict", one)[0] == 200


def test_large_requests_are_refused(served: tuple[str, Service]) -> None:
    predict_at = f"{served[0]}/predict"
    text = "x" * (2**22)
    status, told = called(predict_at, {"task": "fields", "language": "tr", "texts": [text]})
    assert (status, told["error"]) == (413, "a request has at most 4,194,304 bytes")
    many = {"task": "fields", "language": "tr", "texts": ["a"] * 1025}
    assert called(predict_at, many)[0] == 422


def test_who_is_too_many_is_told_when_to_ask_again(
    served: tuple[str, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, own = served
    begun, go, answered = threading.Event(), threading.Event(), service.answered

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert go.wait(WAIT)
        return answered(*arguments)

    monkeypatch.setattr(service, "answered", slow)
    told = [own.ask("fields", "en", ["a"])]
    assert begun.wait(WAIT)
    told.append(own.ask("fields", "en", ["a"] * 8))
    one = {"task": "fields", "language": "en", "texts": ["a"]}
    status, refused = called(f"{place}/predict", one)
    assert (status, refused["retry"]) == (503, "1")
    assert refused["error"] == "too many texts wait for an answer"
    assert called(f"{place}/health")[1]["waiting"] == 8
    go.set()
    assert [len(each.result(WAIT).answers) for each in told] == [1, 8]


def test_the_way_to_ask_is_described(served: tuple[str, Service]) -> None:
    status, described = called(f"{served[0]}/openapi.json")
    assert status == 200
    assert set(described["paths"]) == {"/predict", "/rows", "/health"}
    assert set(described["components"]["schemas"]["Ask"]["required"]) == {
        "task",
        "language",
        "texts",
    }
