"""Finishing touches on the HTML of a page: lighter, steady while it loads, good for screen readers."""

import base64
import hashlib
import io
import re
from pathlib import Path

from docutils import nodes
from PIL import Image, ImageChops, ImageStat
from sphinx.application import Sphinx

from dlbook.files import write_bytes

from .lighter import lighter_code

DATA_URI = re.compile(r"data:image/webp;base64,([A-Za-z0-9+/=]+)")
SOUND_URI = re.compile(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)")
# Names that notebooks give to their figures: the digest of the content.
FIGURE = re.compile(r'<img (?P<before>[^>]*?)src="(?P<address>[^"]*/[0-9a-f]{64}\.png)"(?P<after>[^>]*?)/?>')
FIGURE_LINK = re.compile(r'(<a class="reference internal image-reference" href="[^"]*/[0-9a-f]{64})\.png"')
STYLE = re.compile(r' ?style="[^"]*"')
# A bibliography is announced as a list of "doc-biblioentry" items, which axe reports as critical.
BAD_ROLES = re.compile(r' role="(?:list|doc-biblioentry)"')
# Theorems, exercises and solutions all get the same id inside, and nothing refers to it.
REPEATED_IDS = re.compile(
    r' id="(?:proof|exercise|solution)-content"|(?<=<div class="proof admonition") id="proof"'
)
PIXELS_A_POINT = 2  # figures are drawn for screens of double density
COLORS = 128
LARGEST_DIFFERENCE = 2.0  # root mean square over the pixels, of 255


def move_frames(app: Sphinx, pagename: str, body: str) -> str:
    """Write every WebP data URI of a page into a file of its own, loaded when it is shown."""
    return move_data(app, pagename, body, DATA_URI, "frames", ".webp")


def move_sounds(app: Sphinx, pagename: str, body: str) -> str:
    """Write every WAV data URI of a page into a file of its own, loaded when it is played."""
    return move_data(app, pagename, body, SOUND_URI, "sounds", ".wav")


def move_data(
    app: Sphinx, pagename: str, body: str, pattern: re.Pattern[str], name_of_folder: str, suffix: str
) -> str:
    """Write data URIs into files that are named after their content."""
    folder = Path(app.outdir) / "_images" / name_of_folder
    prefix = app.builder.get_relative_uri(pagename, "index").rpartition("/")[0]

    def store(match: re.Match[str]) -> str:
        content = base64.b64decode(match[1])
        name = hashlib.sha256(content).hexdigest()[:20] + suffix
        path = folder / name
        if not path.is_file():
            write_bytes(path, content)
        return f"{prefix + '/' if prefix else ''}_images/{name_of_folder}/{name}"

    return pattern.sub(store, body)


def lighter(image: Image.Image) -> bytes:
    """Return a picture as WebP: in few colours and without loss where that changes next to nothing.

    A plot has few colours; a photograph would show bands, and is compressed as one.
    """
    original = image.convert("RGB")
    few = original.quantize(COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    difference = ImageStat.Stat(ImageChops.difference(original, few)).rms
    result = io.BytesIO()
    if max(difference) < LARGEST_DIFFERENCE:
        few.save(result, "WEBP", lossless=True, quality=100, method=4)
    else:
        original.save(result, "WEBP", quality=85, method=4)
    return result.getvalue()


def improve_images(app: Sphinx, body: str) -> str:
    """Make the figures of a page lighter, and say their size so that nothing moves when they arrive."""
    # Images are copied into the site after the pages are written; until then they are where they came from.
    sources = {name: Path(app.srcdir) / path for path, name in app.builder.images.items()}

    def improve(match: re.Match[str]) -> str:
        address = match["address"]
        path = sources.get(Path(address).name)
        if path is None or not path.is_file():
            return match[0]
        attributes = STYLE.sub("", match["before"] + match["after"]).strip()
        target = Path(app.outdir) / "_images" / f"{path.stem}.webp"
        with Image.open(path) as image:
            width, height = (side // PIXELS_A_POINT for side in image.size)
            if not target.is_file():
                write_bytes(target, lighter(image))
        size = f'width="{width}" height="{height}"'
        return f'<img {attributes} src="{address[:-4]}.webp" {size} loading="lazy" decoding="async" />'

    return FIGURE_LINK.sub(r'\1.webp"', FIGURE.sub(improve, body))


def drop_heavy_images(app: Sphinx, error: Exception | None) -> None:
    """Remove the figures of which the pages use a lighter copy."""
    for light in (Path(app.outdir) / "_images").glob("*.webp"):
        light.with_suffix(".png").unlink(missing_ok=True)


def finish(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: nodes.document | None
) -> None:
    """Apply all touches to one page."""
    body = context.get("body")
    if not isinstance(body, str):
        return
    body = move_frames(app, pagename, body)
    body = move_sounds(app, pagename, body)
    body = lighter_code(improve_images(app, body))
    context["body"] = REPEATED_IDS.sub("", BAD_ROLES.sub("", body))


def setup(app: Sphinx) -> None:
    """Register the event, after the theme's own."""
    app.connect("html-page-context", finish, priority=900)
    app.connect("build-finished", drop_heavy_images)
