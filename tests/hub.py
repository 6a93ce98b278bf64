"""A hub on this machine: the part of its HTTP interface that trained models need, over a folder of
files in memory, so that the real `huggingface_hub` uploads to it and downloads from it.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from huggingface_hub import constants, file_download, utils


class Hub(ThreadingHTTPServer):
    """What was uploaded: by name and branch the files of a commit.

    Attributes:
        files: (name, branch) -> path -> content.
        created: what was said of each new name.
        cards: those that were to be validated.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.files: dict[tuple[str, str], dict[str, bytes]] = {}
        self.created: list[dict[str, Any]] = []
        self.cards: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def commit_of(self, key: tuple[str, str]) -> str:
        """The name of what lies there now."""
        return hashlib.sha1(repr(sorted(self.files[key].items())).encode()).hexdigest()

    def found(self, name: str, revision: str) -> tuple[str, str] | None:
        """The key of a branch, or of the commit of one."""
        keys = [key for key in self.files if key[0] == name]
        hits = [key for key in keys if revision in (key[1], self.commit_of(key))]
        return hits[0] if hits else None


class _Requests(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/api/repos/create":
            said = json.loads(body)
            name = f"{said['organization']}/{said['name']}"
            self.server.created.append(said)
            self.server.files.setdefault((name, "main"), {".gitattributes": b""})
            return self._json({"url": f"{self.server.address}/{name}", "id": name})
        if self.path == "/api/validate-yaml":
            said = json.loads(body)
            self.server.cards.append(said["content"])
            return self._json({"errors": [], "warnings": []})
        name, what, revision = self._parts(self.path)
        if what == "branch":
            start = self.server.files[name, "main"]
            self.server.files.setdefault((name, revision), dict(start))
            return self._json({})
        if what == "preupload":
            paths = [entry["path"] for entry in json.loads(body)["files"]]
            modes = [{"path": p, "uploadMode": "regular", "shouldIgnore": False} for p in paths]
            return self._json({"files": modes})
        assert what == "commit", self.path
        own = self.server.files[name, revision]
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                own[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "deletedFile":
                del own[value["path"]]
        oid = self.server.commit_of((name, revision))
        url = f"{self.server.address}/{name}/commit/{oid}"
        self._json({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        name, what, revision = self._parts(path)
        if what == "resolve":
            revision, _, file = revision.partition("/")
        elif what == "tree":
            revision = revision.partition("/")[0]
        key = self.server.found(name, revision or "main")
        if key is None:
            code = "RevisionNotFound" if (name, "main") in self.server.files else "RepoNotFound"
            return self._answer(b"{}", 404, {"X-Error-Code": code})
        own = self.server.files[key]
        if what == "resolve":
            tag = {"ETag": f'"{hashlib.sha1(own[file]).hexdigest()}"'}
            return self._answer(
                own[file], 200, {**tag, "X-Repo-Commit": self.server.commit_of(key)}
            )
        if what == "tree":
            entries = [
                {"type": "file", "path": p, "size": len(c), "oid": hashlib.sha1(c).hexdigest()}
                for p, c in own.items()
            ]
            return self._json(entries)
        siblings = [{"rfilename": path} for path in own]
        hidden = any(
            f"{said['organization']}/{said['name']}" == name
            and (said.get("private") or said.get("visibility") == "private")
            for said in self.server.created
        )
        facts = {"id": name, "sha": self.server.commit_of(key), "private": hidden}
        self._json({**facts, "siblings": siblings})

    def _parts(self, path: str) -> tuple[str, str, str]:
        """Name, what is asked of it, and the rest."""
        match = re.fullmatch(r"(?:/api/models)?/([^/]+/[^/]+)(?:/(\w+)/(.*))?", path)
        assert match is not None, path
        return match[1], match[2] or "info", match[3] or ""

    def _json(self, values: Any) -> None:
        self._answer(json.dumps(values).encode(), 200, {"Content-Type": "application/json"})

    def _answer(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _forget_connections() -> None:
    """A connection that was made while there was no network refuses all, before 1.0."""
    forget = getattr(utils, "close_session", None) or utils.reset_sessions
    forget()


@contextmanager
def serving(cache: Any) -> Iterator[Hub]:
    """A hub that `huggingface_hub` speaks to, with a cache of its own, until the end."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "ENDPOINT", hub.address)
        template = hub.address + "/{repo_id}/resolve/{revision}/{filename}"
        for module in (constants, file_download):  # before 1.0 the second has its own
            patch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        _forget_connections()
        try:
            yield hub
        finally:
            _forget_connections()
            hub.shutdown()
            thread.join()
            hub.server_close()
