"""A server that gives the answers of a script, for what a real one does only under load or when it is damaged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOUND = {"hits": [], "num_query_rows": 32, "tokens_cut": 0}
CHANGED = {"num_documents": 1, "truncated": []}


@dataclass
class Answer:
    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def fault(status: int, code: str, **at: object) -> Answer:
    return Answer(status, {"error": {"code": code, "reason": "on purpose", "at": at}})


def put_off(status: int, code: str, seconds: str = "0") -> Answer:
    answer = fault(status, code)
    answer.headers["Retry-After"] = seconds
    return answer


@dataclass
class Script:
    """Answers that are left, the last of which stays, and the paths and bodies that came."""

    answers: list[Answer | None]
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    def next(self) -> Answer | None:
        """`None` ends the connection without an answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted(*answers: Answer | None) -> Iterator[Script]:
    script = Script(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            script.paths.append(self.path)
            answer = script.next()
            self.close_connection = True
            if answer is None:
                return
            body = answer.bytes()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
