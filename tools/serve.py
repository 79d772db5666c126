"""Show the built pages in a browser of this machine, or of others if an address is given."""

import errno
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

PAGES = Path(__file__).resolve().parent.parent / "_build" / "html"
TRIES = 100


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing of each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class Alone(ThreadingHTTPServer):
    """A server that shares its port with no other program."""

    allow_reuse_port = False
    allow_reuse_address = sys.platform == "linux"  # elsewhere this would mean sharing


def listen(host: str, port: int, pages: Path = PAGES) -> ThreadingHTTPServer:
    """Return a server at a port, or at the next one that is free."""
    handler = partial(Quiet, directory=str(pages))
    for candidate in range(port, min(port + TRIES, 65536)):
        try:
            return Alone((host, candidate), handler)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise click.ClickException(f"cannot listen at {host}: {error.strerror}") from None
    raise click.ClickException(f"no port from {port} on is free: name another one with PORT=")


@click.command(help=__doc__)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def main(host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    server = listen(host, port)
    shown = "127.0.0.1" if host == "0.0.0.0" else host
    note = f" (port {port} is in use)" if server.server_port != port else ""
    click.echo(f"The book is at http://{shown}:{server.server_port}{note}; Ctrl-C ends this.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
