"""The parts of the Sphinx extension that shape pages: folding, search, light code and formulas, ties."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from fontTools.ttLib import TTFont
from sphinx_book import assets, finding, folding, lighter, math, search, typography


@pytest.mark.parametrize(
    ("code", "has_output", "text"),
    [
        ("plt.plot(x)\nplt.show()", True, "Code of the figure, 2 lines"),
        ("explore(draw, step=range(3))", True, "Code of the figure with controls, 1 line"),
        ("diagrams.neuron(['x'])", True, "Code of the diagram, 1 line"),
        ("def draw(x):\n    pass\n\n\nclass A:\n    pass", False, "Code of draw, A, 6 lines"),
        ("x = 1", False, "Code, 1 line"),
        ("%time x", True, "Code of the figure, 1 line"),
    ],
)
def test_folded_code_says_what_it_makes(code: str, has_output: bool, text: str) -> None:
    assert folding.description(code, has_output=has_output) == text


def test_a_summary_holds_no_link() -> None:
    reference = nodes.reference("", "", nodes.strong(text="Exercise 1"), refuri="#x")
    parts = folding.unlinked(nodes.inline("", "", nodes.Text("to "), reference))
    assert [part.astext() for part in parts] == ["to Exercise 1"]
    assert not list(parts[0].findall(nodes.reference))


def test_code_keeps_its_text_and_joins_what_looks_alike() -> None:
    page = (
        '<div class="highlight"><pre><span></span><span class="k">def</span><span class="w"> </span>'
        '<span class="nf">f</span><span class="p">(</span><span class="n">x</span><span class="p">):</span>\n'
        '    <span class="k">return</span> <span class="s1">&#39;a</span><span class="se">\\n</span>'
        '<span class="s1">&#39;</span></pre></div><p><span class="n">kept</span></p>'
    )
    light = lighter.lighter_code(page)
    assert re.sub("<[^>]+>", "", light) == re.sub("<[^>]+>", "", page)
    assert light.count("<span") == 5
    assert '<span class="s">&#39;a\\n&#39;</span>' in light
    assert '<p><span class="n">kept</span></p>' in light


def test_formulas_are_light_and_still_read_aloud() -> None:
    html = math.render(r"a + x_i^2 = \frac{1}{2}", False)
    assert "annotation" not in html
    assert "<msubsup>" in html
    assert 'class="mbin" style="margin-left:0.2222em;' in html
    assert html.count("<span") == html.count("</span>")
    assert html.count("<span") < 26  # KaTeX makes 50


@pytest.mark.parametrize(
    ("tex", "drawn", "said"),
    [
        ("x", "x", None),
        ("12.5", "12.5", None),
        (r"\eta", "\u03b7", None),
        ("(a_1 + b^2)", "(a1+b2)", "<msub><mi>a</mi><mn>1</mn></msub>"),
        (r"\frac{1}{n} \sum_{i=1}^n x_i", None, "<mfrac>"),
        (r"\begin{aligned} a &= \sqrt{b} \\ c &= 1 \end{aligned}", None, "<msqrt>"),
        (r"\underbrace{a + b}_{c}", None, "<munder>"),
    ],
)
def test_a_formula_keeps_its_text_in_fewer_elements(tex: str, drawn: str | None, said: str | None) -> None:
    for display in (False, True):
        html = math.render(tex, display)
        assert html.count("<span") == html.count("</span>")
        text = re.sub("<[^>]+>", "", html.partition('class="katex-html"')[2].partition(">")[2])
        assert drawn is None or text == drawn
        assert ("<math" in html) == (said is not None)
        assert said is None or said in html
        # What is not spoken as it stands is hidden from those who listen.
        assert ('aria-hidden="true"' in html) == (said is not None)


def test_the_fonts_of_the_formulas_have_what_is_drawn(tmp_path: Path) -> None:
    formula = math.render(r"\alpha_1 \le \mathbb{R}", False)
    data = json.dumps([math.render(r"\nabla", False)], ensure_ascii=False).replace("<", "\\u003c")
    (tmp_path / "page.html").write_text(
        f"<p>{formula} and \u03c9</p><script>{data}</script><p>\u0416</p>", encoding="utf-8"
    )
    assert set("\u03b11\u2264R\u2207") <= assets.drawn((tmp_path / "page.html").read_text(encoding="utf-8"))
    fonts = tmp_path / "_static" / "katex" / "fonts"
    fonts.mkdir(parents=True)
    builder = SimpleNamespace(format="html")
    assets.trim_formula_fonts(SimpleNamespace(builder=builder, outdir=str(tmp_path)), None)  # type: ignore[arg-type]
    drawn = {path.name: TTFont(path).getBestCmap() for path in fonts.glob("*.woff2")}
    assert {ord("\u2264"), ord("\u2207")} <= set(drawn["KaTeX_Main-Regular.woff2"])
    assert ord("\u03b1") in drawn["KaTeX_Math-Italic.woff2"]
    assert ord("R") in drawn["KaTeX_AMS-Regular.woff2"]
    assert ord("\u2200") not in drawn["KaTeX_Main-Regular.woff2"]
    whole = sum(path.stat().st_size for path in (assets.KATEX / "fonts").glob("*.woff2"))
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) < 0.65 * whole


def document() -> nodes.document:
    """Return an empty document."""
    return new_document("test", get_default_settings())


def test_marks_stay_with_their_formula() -> None:
    page = document()
    line = nodes.paragraph("", "", nodes.Text("see ("), nodes.math("", "x"), nodes.Text("), or "))
    line += [nodes.math("", "y"), nodes.Text(" more")]
    page += line
    typography.KeepTogether(page).run()
    assert line.astext() == "see (x), or y more"
    (tied,) = line.findall(lambda node: isinstance(node, nodes.inline) and "dlb-tied" in node["classes"])
    assert tied.astext() == "(x),"


def record(title: str, body: str, **more: object) -> search.Record:
    """Return what the search knows of a page."""
    return search.Record(title, [search.Section("", "", body)], body=body, **more)  # type: ignore[arg-type]


def test_the_index_weighs_titles_and_forms_of_words() -> None:
    data = search.index(
        {
            "chapters/01_a/one": record("Vanishing gradients", "Why they vanish."),
            "chapters/01_a/two": record("Something else", "It vanished once, among many other words."),
            "reference/api/three": record("Vanishing", "vanish"),
        }
    )
    assert [page["weight"] for page in data["pages"]] == [1.0, 1.0, 0.3]
    rarity, *entries = data["words"]["vanish"]
    scores = dict(zip(entries[::2], entries[1::2], strict=True))
    assert rarity > 0
    assert scores[0] > scores[1] > 0


def test_a_page_is_read_with_its_headings_and_terms() -> None:
    page = document()
    top = nodes.section("", nodes.title(text="Top"), nodes.paragraph(text="First words."), ids=["top"])
    content = nodes.section("", nodes.paragraph(text="The content of an exercise."), ids=["exercise-content"])
    part = nodes.section("", nodes.title(text="Part"), nodes.paragraph(text="More."), content, ids=["part"])
    page += top
    top += part
    known = search.read_page(page)
    assert known.title == "Top"
    assert [(s.anchor, s.heading, s.first) for s in known.sections] == [
        ("", "", "First words."),
        ("part", "Part", "More."),
    ]


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/Ada/book.git", "https://ada.github.io/book/"),
        ("https://gitlab.com/ada/book.git", ""),
        ("../book", ""),
    ],
)
def test_the_address_of_the_site_is_that_of_its_host_or_unknown(remote: str, address: str) -> None:
    assert finding.site_address(remote) == address


@pytest.mark.parametrize("address", ["", "https://ada.github.io/book/"])
def test_a_site_map_needs_an_address(tmp_path, address: str) -> None:
    app = SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        outdir=tmp_path,
        config=SimpleNamespace(html_baseurl=address),
        env=SimpleNamespace(found_docs={"index", "chapters/one", "search"}),
    )
    finding.write_lists(app, None)  # type: ignore[arg-type]
    assert (tmp_path / "sitemap.xml").is_file() == bool(address)
    robots = (tmp_path / "robots.txt").read_text("utf-8")
    assert ("Sitemap: https://ada.github.io/book/sitemap.xml" in robots) == bool(address)
    if address:
        places = re.findall("<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text("utf-8"))
        assert places == [address + "chapters/one.html", address + "index.html"]


def test_a_font_of_the_pages_is_smaller_and_has_the_letters(tmp_path) -> None:
    source = assets.ROOT / "vendor" / "source-code-pro" / "source-code-pro-latin-wght-normal.woff2"
    target = tmp_path / "code.woff2"
    assets.write_smaller_font(source, target)
    assert target.stat().st_size < 0.8 * source.stat().st_size
    with TTFont(target) as font:
        letters, axes = set(font.getBestCmap()), font["fvar"].axes
    assert set(map(ord, "Aaz09(){}[]=_é×")) <= letters
    (axis,) = axes
    assert (axis.minValue, axis.maxValue) == assets.WEIGHTS
