"""Finishing touches on the HTML of a page: lighter, steady while it loads, good for screen readers."""

import base64
import hashlib
import re
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx

DATA_URI = re.compile(r"data:image/webp;base64,([A-Za-z0-9+/=]+)")
IMAGE = re.compile(r'<img (?P<attributes>[^>]*?src="(?P<url>[^"]+\.png)"[^>]*?)/?>')
STYLE = re.compile(r' ?style="[^"]*"')
# A bibliography is announced as a list of "doc-biblioentry" items, which axe reports as critical.
BAD_ROLES = re.compile(r' role="(?:list|doc-biblioentry)"')
PIXELS_A_POINT = 2  # figures are drawn for screens of double density


def move_frames(app: Sphinx, pagename: str, body: str) -> str:
    """Write every WebP data URI of a page into a file of its own, loaded when it is shown."""
    folder = Path(app.outdir) / "_images" / "frames"
    prefix = app.builder.get_relative_uri(pagename, "index").rpartition("/")[0]

    def store(match: re.Match[str]) -> str:
        content = base64.b64decode(match[1])
        name = hashlib.sha256(content).hexdigest()[:20] + ".webp"
        path = folder / name
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return f"{prefix + '/' if prefix else ''}_images/frames/{name}"

    return DATA_URI.sub(store, body)


def size_images(app: Sphinx, pagename: str, body: str) -> str:
    """Give figures their width and height, so that nothing moves when they arrive."""
    # Images are copied into the site after the pages are written; until then they are where they came from.
    sources = {name: Path(app.srcdir) / path for path, name in app.builder.images.items()}

    def add_size(match: re.Match[str]) -> str:
        path = sources.get(Path(match["url"]).name)
        if "width=" in match["attributes"] or path is None or not path.is_file():
            return match[0]
        with Image.open(path) as image:
            width, height = (side // PIXELS_A_POINT for side in image.size)
        attributes = STYLE.sub("", match["attributes"]).strip()
        return f'<img {attributes} width="{width}" height="{height}" loading="lazy" decoding="async" />'

    return IMAGE.sub(add_size, body)


def finish(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: nodes.document | None
) -> None:
    """Apply all touches to one page."""
    body = context.get("body")
    if not isinstance(body, str):
        return
    body = move_frames(app, pagename, body)
    body = size_images(app, pagename, body)
    context["body"] = BAD_ROLES.sub("", body)


def setup(app: Sphinx) -> None:
    """Register the event, after the theme's own."""
    app.connect("html-page-context", finish, priority=900)
