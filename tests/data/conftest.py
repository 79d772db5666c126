"""A small web server on this machine, whose manners the tests choose."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest


@dataclass
class FileServer:
    """What the server offers and how it behaves, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True  # obey the header Range
    wrong_range: bool = False  # send another part than asked for
    cut_after: int | None = None  # bytes of a body sent before the connection is closed
    no_length: bool = False  # do not say how long the body is
    redirects: dict[str, str] = field(default_factory=dict)
    status: int | None = None  # answer everything with this error
    hold: threading.Event | None = None  # wait for it in the middle of a body
    requests: list[str | None] = field(default_factory=list)  # the header Range of each
    address: str = ""

    def offer(self, name: str, content: bytes) -> tuple[str, str]:
        """Offer a file. Return its address and its digest."""
        self.files[name] = content
        return f"{self.address}/{name}", hashlib.sha256(content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    site: FileServer

    def do_GET(self) -> None:
        site = self.site
        asked = self.headers.get("Range")
        site.requests.append(asked)
        name = unquote(urlsplit(self.path).path.lstrip("/"))
        if site.status is not None:
            self.send_error(site.status)
        elif name in site.redirects:
            self.send_response(302)
            self.send_header("Location", site.redirects[name])
            self.end_headers()
        elif name not in site.files:
            self.send_error(404)
        else:
            self._send_file(site.files[name], asked)

    def _send_file(self, content: bytes, asked: str | None) -> None:
        site = self.site
        start = 0
        if asked and site.ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.send_error(416)
                return
            if site.wrong_range:
                start = 0
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = content[start:]
        if not site.no_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2][: site.cut_after])
        if site.hold is not None:
            self.wfile.flush()
            site.hold.wait(timeout=20)
        self.wfile.write(body[: site.cut_after][len(body) // 2 :])

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Run a server for the time of a test."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    site = FileServer()
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        site.address = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            http.shutdown()
            thread.join()
