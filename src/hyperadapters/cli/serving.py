"""The command `serve`: a trained model that answers over HTTP."""

import importlib
import socket
from typing import Annotated, Any

import typer

from hyperadapters.cli.app import BesideIt, RunFolder, app, console, loaded
from hyperadapters.errors import ConfigError, HyperadaptersError

__all__ = ["serve"]

_MIB = 2**20
_PATIENCE = 30
"""Seconds for requests that are there when it is to end: a client may never send the rest."""


@app.command()
def serve(
    run: RunFolder,
    host: Annotated[
        str, typer.Option(help="Who may ask: `127.0.0.1` this machine, `0.0.0.0` everyone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for one that is free.")] = 8000,
    together: Annotated[
        int, typer.Option(min=1, help="Texts that are answered in one go, at most.")
    ] = 256,
    waiting: Annotated[
        int, typer.Option(min=1, help="Texts that may wait; who asks for more is told to wait.")
    ] = 4096,
    memory: Annotated[
        int, typer.Option(min=0, metavar="MIB", help="Of generated weights that are kept.")
    ] = 1024,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="`backbone.path=...` after it has moved."),
    ] = None,
    adapted: BesideIt = None,
) -> None:
    """Answer requests over HTTP, for every task and language that the model knows: those that wait
    are answered together, whatever their languages. It needs `pip install "hyperadapters[serve]"`.

    Everyone who reaches the port may ask; a proxy in front of it is what knows people.

    Example: `hyperadapters serve runs/my-run --port 8000`

    Then: `curl localhost:8000/predict --json '{"task": "ner", "language": "yo", "texts": ["Ada"]}'`
    """
    uvicorn = _uvicorn()
    from hyperadapters.serve import Service
    from hyperadapters.serve.application import application

    with _listening(host, port) as own:
        assembly = loaded(run, None, changes or (), adapted)
        service = Service(assembly, together=together, waiting=waiting, remembered=memory * _MIB)
        with service:
            at, on = own.getsockname()[:2]
            place = f"[{at}]:{on}" if ":" in at else f"{at}:{on}"
            console(stderr=True).print(f"answers at http://{place}/predict, says how at /docs")
            settings = uvicorn.Config(
                application(service), log_level="warning", timeout_graceful_shutdown=_PATIENCE
            )
            uvicorn.Server(settings).run(sockets=[own])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound before the model is read, which may take a while.

    Raises:
        ConfigError: it cannot be.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (socket.gaierror, UnicodeError) as error:
        raise ConfigError(
            f"`{host}` is no address that is known here",
            where="--host",
            expected="an address of this machine, such as `127.0.0.1`; `0.0.0.0` for all of them",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"there is no listening at `{host}`, port {port}",
            found=error.strerror or str(error),
            cause="another program listens there, or the address is not of this machine",
            remedy="give another `--port`, or 0 for one that is free",
        ) from error


def _uvicorn() -> Any:
    try:
        importlib.import_module("fastapi")
        return importlib.import_module("uvicorn")
    except ImportError:
        raise HyperadaptersError(
            "what serves over HTTP is not installed",
            remedy='`pip install "hyperadapters[serve]"`',
        ) from None
