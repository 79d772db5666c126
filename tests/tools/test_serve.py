"""The pages are served to this machine alone, at a port that is free."""

import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import click
import pytest
import serve
from click.testing import CliRunner


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port at which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def read(server: ThreadingHTTPServer, address: str) -> bytes:
    """Return what a running server answers."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        with urllib.request.urlopen(address, timeout=10) as reply:
            return bytes(reply.read())
    finally:
        server.shutdown()
        thread.join()


def test_pages_are_served_to_this_machine_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("the book", encoding="utf-8")
    with serve.listen("127.0.0.1", 8765, tmp_path) as server:
        assert server.server_address[0] == "127.0.0.1"
        assert read(server, f"http://127.0.0.1:{server.server_port}/") == b"the book"
    (option,) = [option for option in serve.main.params if option.name == "host"]
    assert option.default == "127.0.0.1"


def test_the_next_free_port_is_taken(taken: int) -> None:
    with serve.listen("127.0.0.1", taken) as server:
        assert taken < server.server_port < taken + serve.TRIES


def test_no_free_port_is_told(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "TRIES", 1)
    with pytest.raises(click.ClickException, match=f"no port from {taken} on is free"):
        serve.listen("127.0.0.1", taken)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(click.ClickException, match=r"cannot listen at 192\.0\.2\.1"):
        serve.listen("192.0.2.1", 8000)


def test_the_address_is_printed(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(server: ThreadingHTTPServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", stop)
    done = CliRunner().invoke(serve.main, ["--port", str(taken)])
    assert done.exit_code == 0
    assert f"http://127.0.0.1:{taken + 1}" in done.output or f"(port {taken} is in use)" in done.output


@pytest.mark.parametrize("words", [["--port", "0"], ["--port", "http"]])
def test_a_port_is_a_number(words: list[str]) -> None:
    command = [sys.executable, serve.__file__, *words]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
