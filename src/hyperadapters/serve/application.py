"""A service over HTTP: what a request is, and what it gets."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Annotated, Any, final

from fastapi import FastAPI, Request
from fastapi import HTTPException as Refusal  # the one that it lets through while it reads
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from hyperadapters.errors import HyperadaptersError, ServingError, UnknownName
from hyperadapters.export import cells_of
from hyperadapters.scoring.prediction import answering_of
from hyperadapters.serve.service import Reply, Service

__all__ = ["Ask", "application"]

Message = MutableMapping[str, Any]
"""What servers and applications of ASGI tell each other."""
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_TEXTS = 1024
"""In a request, at most."""
_BYTES = 2**22
"""Of a request, at most."""
_NAME = 512
"""Characters of a name, at most: a mix may have fifty languages."""
_UNREAD, _WRONG, _UNKNOWN, _LARGE, _FAILED, _BUSY = 400, 422, 404, 413, 500, 503


def _whole(text: str) -> str:
    """A text itself, if it can be written: JSON can hold half of a character, and UTF-8 cannot.

    Raises:
        ValueError: it has half of one.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start + 1} is half of one, and no text") from None
    return text


Whole = Annotated[str, AfterValidator(_whole)]
"""A text that can be written."""


@final
class Ask(BaseModel):
    """A request for answers.

    Args:
        task: of the run.
        language: that weights are known of, also one never trained with this task; a direction
            `de-en`, a route `de-en-fr`, or a mix `sw*0.6+zu*0.4`.
        texts: one sentence each, as `hyperadapters predict` takes them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Whole = Field(max_length=_NAME, examples=["ner"])
    language: Whole = Field(max_length=_NAME, examples=["yo"])
    texts: list[Whole] = Field(max_length=_TEXTS, examples=[["Ada lives in Lagos"]])


def application(service: Service) -> Any:
    """The application for a server of ASGI, such as `uvicorn`; the service is to be open.

    `POST /predict` answers an `Ask`, `GET /rows` lists the tasks and languages, `GET /health` says
    that it runs. Faults are JSON with `error`, one sentence, and what else is known of them.
    """
    app = FastAPI(
        title="hyperadapters",
        description="Answers of one model for every task and language whose adapters it writes.",
    )
    app.add_exception_handler(HyperadaptersError, _refused)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _failed)
    known = _rows(service)

    @app.post("/predict")
    async def predict(ask: Ask) -> dict[str, Any]:
        """Answers texts of one task in one language, also a pair never trained on."""
        told = service.ask(ask.task, ask.language, ask.texts)
        return _told(service, await asyncio.wrap_future(told))

    @app.get("/rows")
    async def rows() -> list[dict[str, str]]:
        """The tasks that answer, in every language of the run: what training saw of each pair."""
        return known

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """That it runs, what it has, and how many texts wait."""
        run = service.assembly.run
        return {"run": run.name, "method": run.method.name, "waiting": service.waiting}

    return _Limited(app)


def _told(service: Service, reply: Reply) -> dict[str, Any]:
    answering = answering_of(service.assembly, reply.cell.task)
    return {
        "task": reply.cell.task,
        "language": str(reply.cell.route),
        "standing": reply.standing,
        "answers": [answering.values(one.answer) for one in reply.answers],
        "cut": [place for place, one in enumerate(reply.answers) if one.cut],
    }


def _rows(service: Service) -> list[dict[str, str]]:
    assembly = service.assembly
    able = [name for name, task in assembly.tasks.items() if task.answering is not None]
    return [
        {"task": cell.task, "language": str(cell.route), "standing": service.seen.standing(cell)}
        for cell in cells_of(assembly, able, ["all"])
    ]


@final
class _Fault(JSONResponse):
    """JSON of ASCII characters alone: names that were asked for come back, whatever is in them."""

    def render(self, content: Any) -> bytes:
        """The bytes."""
        return json.dumps(content).encode()


async def _refused(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HyperadaptersError)
    told = {"error": fault.what, **fault.parts}
    if isinstance(fault, ServingError):
        return _Fault(told, _BUSY, {"Retry-After": "1"})
    return _Fault(told, _UNKNOWN if isinstance(fault, UnknownName) else _WRONG)


async def _unread(request: Request, fault: Exception) -> JSONResponse:
    """All that is wrong with the form of a request."""
    assert isinstance(fault, RequestValidationError)
    wrong = [
        {"where": ".".join(map(str, one["loc"])), "expected": one["msg"]} for one in fault.errors()
    ]
    return _Fault({"error": "the request cannot be read", "faults": wrong}, _WRONG)


async def _other(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)
    headers: Mapping[str, str] | None = fault.headers
    status = _WRONG if fault.status_code == _UNREAD else fault.status_code
    return _Fault({"error": fault.detail}, status, headers)


async def _failed(request: Request, fault: Exception) -> JSONResponse:
    """What nobody foresaw; the server writes it down."""
    return _Fault({"error": "no answer, for a reason that the server has written down"}, _FAILED)


@final
class _Limited:
    """An application whose requests have a limit of bytes, also those that do not say how many they
    have.
    """

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """As the application; reading more raises what it answers with."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > _BYTES:
                raise Refusal(_LARGE, f"a request has at most {_BYTES:,} bytes")
            return message

        await self._app(scope, counted, send)
