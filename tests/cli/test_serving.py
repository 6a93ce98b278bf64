"""`serve`: a server in a process of its own, asked over HTTP and ended by a signal."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import uvicorn

from commands import call, right
from hyperadapters.cli import serving

WAIT = 120
"""Seconds after which a test gives up."""


def test_a_run_answers_over_http_until_it_is_ended(trained: Path) -> None:
    command = [sys.executable, "-m", "hyperadapters", "serve", str(trained / "run"), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"answers at (http://127\.0\.0\.1:\d+/predict)", said)
            assert found, said + process.stderr.read()
            ask = {"task": "fields", "language": "fi", "texts": ["three days ago"]}
            request = Request(
                found[1], json.dumps(ask).encode(), {"Content-Type": "application/json"}
            )
            with urlopen(request, timeout=WAIT) as reply:
                told = json.load(reply)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 128 + signal.SIGTERM
    printed = right(
        "predict",
        trained / "run",
        "--task",
        "fields",
        "--language",
        "fi",
        "--json",
        text="three days ago\n",
    )
    assert told["answers"] == [json.loads(printed)]
    assert told["standing"] == "unseen pair"


def test_a_port_that_is_taken_is_said_before_the_model_is_read(trained: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = call("serve", trained / "nothing", "--port", port)
    assert result.exit_code == 2
    assert f"there is no listening at `127.0.0.1`, port {port}" in result.output
    assert "give another `--port`" in result.output


def test_a_host_that_is_none(trained: Path) -> None:
    for host in ("no.such.host.invalid", "x" * 70):
        result = call("serve", trained / "run", "--host", host)
        assert result.exit_code == 2
        assert f"`{host}` is no address that is known here" in result.output.replace("\n", "")


def test_clients_that_hang_are_waited_for_and_not_for_ever(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda own, sockets: made.append(own.config))
    right("serve", trained / "run", "--port", 0)
    assert [one.timeout_graceful_shutdown for one in made] == [30]


def test_without_what_serves(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = call("serve", trained / "run")
    assert result.exit_code == 2
    assert 'remedy: `pip install "hyperadapters[serve]"`' in result.output
    assert serving.serve.__doc__ and "hyperadapters[serve]" in serving.serve.__doc__
