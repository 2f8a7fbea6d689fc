"""A server of feeds for tests: honest about versions, and dishonest where it is told to be."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FeedServer:
    """`pages` by path; `statuses` overrides; `asked` keeps path, If-None-Match and the status that was given."""

    address: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)


@contextmanager
def feed_server() -> Iterator[FeedServer]:
    """A server on loopback, ended afterwards."""
    told = FeedServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = told.pages.get(self.path)
            tag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"'
            seen = self.headers.get("If-None-Match", "")
            status = told.statuses.get(self.path, 404 if body is None else 304 if seen == tag else 200)
            told.asked.append((self.path, seen, status))
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body or b"") if status == 200 else 0))
            self.end_headers()
            if status == 200:
                self.wfile.write(body or b"")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  as the base class names it
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
