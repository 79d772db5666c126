"""Print the chapters of the built pages, one PDF each, into _build/pdf.

Chromium prints what the print view shows: the text with its figures and code, light, with bookmarks for the
headings. The pages of a chapter are joined first, so that links between them lead on inside the file.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import yaml
from chromium import MISSING, find_chromium, started_chromium
from serve import listen

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "_build" / "html"
PATIENCE = 300_000  # milliseconds
FOOTER = """<div style="width: 100%; padding: 0 18mm; display: flex; justify-content: space-between;
font: 8pt sans-serif; color: #555"><span class="title"></span><span class="pageNumber"></span></div>"""

# Runs in the first page of a chapter, with the addresses of the others and whether solutions are wanted.
JOIN = """async ([others, solutions]) => {
    const article = document.querySelector(".bd-article");
    const names = [location.pathname.split("/").pop(), ...others];
    const known = new Set(Array.from(document.querySelectorAll("link[rel=stylesheet]"), link => link.href));
    const canonical = document.querySelector("link[rel=canonical]");

    /* Names and links of one page, so that they still fit when it stands beside others. */
    function settle(part, page) {
        const own = id => `${page.replace(/\\.html$/, "")}--${id}`;
        part.querySelectorAll("[id]").forEach(node => (node.id = own(node.id)));
        part.querySelectorAll("a[href]").forEach(link => {
            const [path, anchor] = link.getAttribute("href").split("#");
            const target = path || page;
            if (/^[a-z]+:/.test(path)) return;
            if (names.includes(target)) {
                const name = target.replace(/\\.html$/, "");
                link.setAttribute("href", anchor ? `#${name}--${anchor}` : `#${name}--page`);
            } else if (canonical) {
                link.href = new URL(link.getAttribute("href"), new URL(page, canonical.href)).href;
            } else {
                link.removeAttribute("href");
            }
        });
        const first = part.querySelector("section");
        const mark = document.createElement("span");
        mark.id = own("page");
        first.prepend(mark);
    }

    settle(article, names[0]);
    for (const name of others) {
        const page = new DOMParser().parseFromString(await (await fetch(name)).text(), "text/html");
        for (const link of page.querySelectorAll("link[rel=stylesheet]")) {
            const sheet = document.createElement("link");
            sheet.rel = "stylesheet";
            sheet.href = new URL(link.getAttribute("href"), location.href).href;
            if (known.has(sheet.href)) continue;
            known.add(sheet.href);
            await new Promise(done => {
                sheet.onload = sheet.onerror = done;
                document.head.append(sheet);
            });
        }
        const part = document.importNode(page.querySelector(".bd-article"), true);
        settle(part, name);
        part.querySelectorAll("script").forEach(script => script.remove());
        part.firstElementChild.style.breakBefore = "page";
        article.append(...part.childNodes);
    }
    document.querySelectorAll(".dlb-row, .headerlink").forEach(link => link.remove());
    if (!solutions) document.querySelectorAll(".dlb-quiz-plain details").forEach(answer => answer.remove());
    document.documentElement.dataset.theme = "light";
    if (solutions) document.documentElement.dataset.print = "exercises";
    const answers = ", details.solution, details.hint, .dlb-quiz-plain details";
    const open = "details.deeper" + (solutions ? answers : "");
    document.querySelectorAll(open).forEach(part => (part.open = true));
    document.title = document.querySelector("h1").textContent;
    document.querySelectorAll("img").forEach(image => (image.loading = "eager"));
    await document.fonts.ready;
    await Promise.allSettled(Array.from(document.images, image => image.decode()));
}"""


def chapters() -> dict[str, list[str]]:
    """Return the pages of each chapter in reading order, without their suffix, by the chapter's folder."""
    found: dict[str, list[str]] = {}
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]:
        for chapter in part["chapters"]:
            match = re.fullmatch(r"chapters/(\w+)/\w+", chapter["file"])
            if match:
                files = [chapter["file"], *(section["file"] for section in chapter.get("sections", ()))]
                found[match[1]] = [file for file in files if (PAGES / f"{file}.html").is_file()]
    return {folder: files for folder, files in found.items() if files}


@contextmanager
def served() -> Iterator[str]:
    """Serve the pages to this machine; give their address."""
    server = listen("127.0.0.1", 8000, PAGES)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def print_chapter(page: Any, address: str, files: list[str], target: Path, *, solutions: bool) -> None:
    """Join the pages of a chapter and print them."""
    page.goto(f"{address}/{files[0]}.html")
    page.evaluate(JOIN, [[f"{file.rpartition('/')[2]}.html" for file in files[1:]], solutions])
    target.parent.mkdir(parents=True, exist_ok=True)
    page.pdf(
        path=target,
        format="A4",
        margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOTER,
        outline=True,
        tagged=True,
    )


@click.command(help=__doc__)
@click.option(
    "--chapter", multiple=True, metavar="NAME", help="Only chapters with this in their folder's name."
)
@click.option("--solutions", is_flag=True, help="With hints, solutions and the answers of the quizzes.")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "_build" / "pdf", help="The folder.")
def main(chapter: tuple[str, ...], solutions: bool, out: Path) -> None:
    """Print the chapters."""
    program = find_chromium()
    if program is None:
        raise click.ClickException(MISSING)
    wanted = {
        folder: files
        for folder, files in chapters().items()
        if not chapter or any(name in folder for name in chapter)
    }
    if not wanted:
        raise click.UsageError(f"no chapter is called {' or '.join(chapter)}, or its pages are not built")
    with served() as address, started_chromium(program) as browser:
        for folder, files in wanted.items():
            page = browser.new_page(color_scheme="light")
            page.set_default_timeout(PATIENCE)
            target = out / f"{folder}{'-solutions' * solutions}.pdf"
            print_chapter(page, address, files, target, solutions=solutions)
            page.close()
            size = target.stat().st_size / 1e6
            click.echo(f"{target.name}: {len(files)} pages of the book, {size:.1f} MB")
    click.echo(f"They are in {out.relative_to(ROOT) if out.is_relative_to(ROOT) else out}")


if __name__ == "__main__":
    main()
