"""The parts of the Sphinx extension that work without a build."""

import json
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from PIL import Image
from sphinx import addnodes
from sphinx_book import assets, directives, elsewhere, launch, math, notebooks, numbering, pages

from dlbook.execution import CellTime, NotebookResult


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/ada/book.git", "https://github.com/ada/book"),
        ("https://github.com/ada/book", "https://github.com/ada/book"),
        ("https://github.com/ada/book/", "https://github.com/ada/book"),
        ("https://token@github.com/ada/book.git\n", "https://github.com/ada/book"),
        ("git@github.com:ada/book.git", "https://github.com/ada/book"),
        ("ssh://git@gitlab.com/group/part/book.git", "https://gitlab.com/group/part/book"),
        ("https://codeberg.org/ada/deep.learning.git", "https://codeberg.org/ada/deep.learning"),
        ("https://git.example.org/ada/book.git", None),
        ("https://github.com.example.org/ada/book", None),
        ("../book.git", None),
        ("file:///srv/book.git", None),
        ("", None),
    ],
)
def test_only_public_hosts_give_an_address(remote: str, address: str | None) -> None:
    assert launch.public_address(remote) == address


@pytest.mark.parametrize("tex", [r"\frac{1}{2}", r"\vect{x}^\top \mat{W}", r"\argmax_i p_i", r"\R, \E"])
def test_formulas_become_html_and_mathml(tex: str) -> None:
    html = math.render(tex, False)
    assert 'class="katex"' in html
    assert "<math" in html
    assert "katex-display" not in html
    assert 'class="katex-display"' in math.render(tex, True)


@pytest.mark.parametrize("tex", [r"\frac{1}{", r"\unknown", "x_1_2", "\u00fc"])
def test_bad_tex_raises(tex: str) -> None:
    with pytest.raises(math.BadTeX):
        math.render(tex, False)


def test_the_error_names_the_reason() -> None:
    with pytest.raises(math.BadTeX, match=r"Undefined control sequence: \\unknown"):
        math.render(r"\unknown", False)


def test_the_palette_is_there_for_both_modes() -> None:
    css = assets.palette_css()
    light, dark = css.split('html[data-theme="dark"]')
    assert light.startswith(":root {")
    for part in (light, dark):
        assert "--dlb-blue: #" in part


def test_the_style_of_formulas_names_only_fonts_that_are_there() -> None:
    css = assets.katex_css()
    assert ".woff2" in css
    assert ".ttf" not in css
    assert ".woff)" not in css


def app(folder: Path, **images: str) -> Any:
    """Return what the functions need of an application."""
    builder = SimpleNamespace(
        images=images, get_relative_uri=lambda page, _: "../" * page.count("/") + "index.html"
    )
    return SimpleNamespace(outdir=str(folder / "html"), srcdir=str(folder), builder=builder)


def test_the_status_tells_what_was_measured(tmp_path: Path) -> None:
    cells = tuple(CellTime(i, f"step_{i}()", 1.0, taken) for i, taken in enumerate((1.0, 20.0, 5.0, 4.0), 1))
    results = {
        "chapters/slow": NotebookResult(
            "slow", "ok", 71.0, 512.4, "2025-03-01", processor_seconds=30.04, cells=cells
        ),
        "chapters/quick": NotebookResult("quick", "ok", 9.0, None, "2025-03-02", backend="jax", cells=cells),
    }
    found = directives.measurements(results, tmp_path)
    tables = [table for node in found for table in node.findall(nodes.table)]
    found = [[[entry.astext() for entry in row] for row in node.findall(nodes.row)] for node in tables]
    for node, rows in zip(tables, found, strict=True):
        n_columns = len(list(node.findall(nodes.colspec)))
        assert {len(row) for row in rows} == {n_columns}
    assert found[0][1:] == [
        ["chapters/slow", "71.0", "30.0", "512", "CPU", "none", "2025-03-01"],
        ["chapters/quick", "9.0", "unknown", "unknown", "CPU", "jax", "2025-03-02"],
    ]
    assert [row[1:] for row in found[1][1:]] == [
        ["2", "step_2()", "20.0"],
        ["3", "step_3()", "5.0"],
        ["4", "step_4()", "4.0"],
    ]
    (sentence,) = directives.measurements({}, tmp_path)
    assert sentence.astext() == "No notebook has run for this build."


def test_frames_become_files(tmp_path: Path) -> None:
    body = '<img src="data:image/webp;base64,AAAA"><script>["data:image/webp;base64,AAAA"]</script>'
    moved = pages.move_frames(app(tmp_path), "chapters/one", body)
    (file,) = (tmp_path / "html" / "_images" / "frames").iterdir()
    assert (
        moved
        == f'<img src="../_images/frames/{file.name}"><script>["../_images/frames/{file.name}"]</script>'
    )
    assert file.read_bytes() == b"\0\0\0"
    assert f'src="_images/frames/{file.name}"' in pages.move_frames(app(tmp_path), "index", body)


def test_sounds_become_files(tmp_path: Path) -> None:
    body = '<audio src="data:audio/wav;base64,AAAA"></audio><img src="data:image/png;base64,AAAA">'
    moved = pages.move_sounds(app(tmp_path), "chapters/one", body)
    (file,) = (tmp_path / "html" / "_images" / "sounds").iterdir()
    assert file.suffix == ".wav"
    assert file.read_bytes() == b"\0\0\0"
    address = f"../_images/sounds/{file.name}"
    assert moved == f'<audio src="{address}"></audio><img src="data:image/png;base64,AAAA">'


def test_figures_get_their_size_and_a_lighter_form(tmp_path: Path) -> None:
    name = "a" * 64
    Image.new("RGB", (400, 200), "white").save(tmp_path / f"{name}.png")
    link = f'<a class="reference internal image-reference" href="../_images/{name}.png">'
    body = f'{link}<img alt="A line" src="../_images/{name}.png" style="width: 9px" /></a>'
    improved = pages.improve_images(app(tmp_path, **{f"{name}.png": f"{name}.png"}), body)
    assert f'href="../_images/{name}.webp"' in improved
    assert f'src="../_images/{name}.webp" width="200" height="100"' in improved
    assert 'alt="A line"' in improved
    assert "style=" not in improved
    with Image.open(tmp_path / "html" / "_images" / f"{name}.webp") as image:
        assert image.size == (400, 200)


def test_a_chapter_has_the_number_of_its_folder() -> None:
    assert numbering.chapter_number("chapters/09_markov/markov_chains") == 9
    assert numbering.chapter_number("reference/notation") is None


def test_the_sections_of_a_chapter_get_its_number() -> None:
    """Sphinx has counted the chapter as the second one, because the chapters between are not there."""
    name = "chapters/09_markov/markov_chains"
    links = [nodes.reference(secnumber=number) for number in ([2, 1], [2, 1, 3])]
    env: Any = SimpleNamespace(
        toc_secnumbers={
            name: {"": (2, 1), "#deep": (), "#three": (2, 1, 3)},
            "reference/notation": {"": (1,)},
        },
        titles={name: nodes.title(secnumber=[2, 1]), "reference/notation": nodes.title(secnumber=[1])},
        tocs={name: nodes.bullet_list("", *links), "reference/notation": nodes.bullet_list()},
    )
    numbering.number_by_folder(env)
    assert env.toc_secnumbers == {
        name: {"": (9, 1), "#deep": (), "#three": (9, 1, 3)},
        "reference/notation": {"": (1,)},
    }
    assert env.titles[name]["secnumber"] == [9, 1]
    assert [link["secnumber"] for link in links] == [[9, 1], [9, 1, 3]]
    assert env.titles["reference/notation"]["secnumber"] == [1]


def notebook_text(text: str, code: str, outputs: list[str], alt: str = "old") -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [text]},
        {
            "cell_type": "code",
            "metadata": {"mystnb": {"image": {"alt": alt}}},
            "source": code.splitlines(keepends=True),
            "outputs": outputs,
            "execution_count": 1 if outputs else None,
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_folded_section_has_no_number() -> None:
    name, numbers = "chapters/09_markov/one", {"": (9, 1), "#listed": (9, 1, 1)}
    page = nodes.section(ids=["page"])
    page += [nodes.section(ids=["listed"]), nodes.container("", nodes.section(ids=["folded"]))]
    document = new_document("test", get_default_settings())
    document += page
    app: Any = SimpleNamespace(env=SimpleNamespace(toc_secnumbers={name: numbers}))
    numbering.leave_folded_sections_without(app, document, name)
    assert numbers == {"": (9, 1), "#listed": (9, 1, 1), "#folded": ()}


def test_the_page_has_the_text_of_the_notebook_and_the_outputs_of_its_run() -> None:
    """The text was edited after the run, and nothing has to run again for that."""
    executed = notebook_text("before", "a = 1\nprint(a)", ["1"])
    page = json.loads(notebooks.with_outputs(notebook_text("after", "a = 1\nprint(a)", [], "new"), executed))
    assert page["cells"][0]["source"] == ["after"]
    assert page["cells"][1]["outputs"] == ["1"]
    assert page["cells"][1]["execution_count"] == 1
    assert page["cells"][1]["metadata"] == {"mystnb": {"image": {"alt": "new"}}}


def test_outputs_never_stand_under_code_that_did_not_give_them() -> None:
    executed = notebook_text("before", "print(1)", ["1"])
    assert notebooks.with_outputs(notebook_text("after", "print(2)", []), executed) == executed


class App:
    """What the event of a page that is read needs of Sphinx."""

    def __init__(self, root: Path, *pages: str) -> None:
        self.srcdir = root
        self.env = self
        self.found_docs = self.all_docs = {*pages}

    def doc2path(self, name: str) -> str:
        """Return where a page is."""
        return f"{self.srcdir}/{name}.ipynb"


@pytest.mark.parametrize("partial", [False, True])
def test_a_page_without_a_run_is_wrong_unless_only_some_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partial: bool
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(notebooks.logger, "warning", lambda message, **_: warned.append(message))
    monkeypatch.delenv(notebooks.PARTIAL, raising=False)
    if partial:
        monkeypatch.setenv(notebooks.PARTIAL, "1")
    source = ["text"]
    notebooks.insert_outputs(App(tmp_path), "one", source)  # type: ignore[arg-type]
    assert source == ["text"]
    assert len(warned) == (0 if partial else 1)


def test_a_link_to_a_figure_to_come_is_text_unless_all_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [{"cell_type": "code", "metadata": {"mystnb": {"figure": {"name": "fig-one"}}}}]
    (tmp_path / "one.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    book: Any = App(tmp_path, "one")
    links = {name: addnodes.pending_xref(reftarget=name) for name in ("fig-one", "fig-two")}
    content = nodes.inline(text="the figure")

    def left() -> list[str]:
        return [name for name, link in links.items() if notebooks.leave_as_text(book, book, link, content)]

    monkeypatch.delenv(notebooks.PARTIAL, raising=False)
    assert left() == []
    monkeypatch.setenv(notebooks.PARTIAL, "1")
    assert left() == ["fig-one"]


def test_after_a_partial_build_a_new_run_makes_every_page_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: dict[str, dict[str, str]] = {"one": {"digest": "1"}}
    monkeypatch.setattr(notebooks.ExecutedCopies, "records", lambda self: records)
    book: Any = App(tmp_path, "one", "two", "index")
    monkeypatch.setenv(notebooks.PARTIAL, "1")
    assert notebooks.outdated(book, book) == ["one"]
    monkeypatch.delenv(notebooks.PARTIAL)
    assert notebooks.outdated(book, book) == []
    monkeypatch.setenv(notebooks.PARTIAL, "1")
    notebooks.outdated(book, book)
    records["two"] = {"digest": "2"}
    assert sorted(notebooks.outdated(book, book)) == ["index", "one", "two"]


def menu_of(suffix: str, address: str | None) -> list[dict[str, str]]:
    """Return the download menu of a page."""
    options = {} if address is None else {"repository_url": address}
    app: Any = SimpleNamespace(
        config=SimpleNamespace(html_theme_options=options),
        env=SimpleNamespace(found_docs={elsewhere.PAGE}),
        builder=SimpleNamespace(get_relative_uri=lambda page, target: f"../../{target}.html"),
    )
    buttons: list[dict[str, str]] = []
    groups = [{"label": "download-buttons", "buttons": buttons}, {"label": "other", "buttons": []}]
    context = {"page_source_suffix": suffix, "header_buttons": groups}
    elsewhere.add_to_menu(app, "chapters/a/b", "page.html", context, None)
    return buttons


def test_the_download_menu_of_a_notebook_names_the_line_it_needs_elsewhere() -> None:
    (entry,) = menu_of(".ipynb", "https://github.com/ada/book")
    assert entry["url"] == "../../reference/elsewhere.html"
    assert '"' not in entry["tooltip"]  # the theme writes it into an attribute as it is
    assert 'pip install "dlbook[chapters] @ git+https://github.com/ada/book"' in unescape(entry["tooltip"])
    assert menu_of(".md", None) == []


def test_downloads_get_the_line(tmp_path: Path) -> None:
    source, target = tmp_path / "a.ipynb", tmp_path / "html" / "_sources" / "a.ipynb"
    cells = [{"cell_type": "code", "metadata": {"tags": ["setup"]}, "source": ["import dlbook\n", "1"]}]
    source.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    target.parent.mkdir(parents=True)
    target.touch()
    app: Any = SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(html_theme_options={}),
        env=SimpleNamespace(found_docs={"a"}, doc2path=lambda name: str(tmp_path / f"{name}.ipynb")),
        outdir=str(tmp_path / "html"),
    )
    for _ in range(2):
        elsewhere.add_to_downloads(app, None)
    (cell,) = json.loads(target.read_text("utf-8"))["cells"]
    assert cell["source"] == [f"{elsewhere.REMARK}{elsewhere.install_line(None)}\n", "import dlbook\n", "1"]
    assert json.loads(source.read_text("utf-8"))["cells"] == cells
