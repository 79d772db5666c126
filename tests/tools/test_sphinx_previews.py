"""What the previews of links take from the pages."""

import pytest
from sphinx_book import previews

HTML = """<nav><a class="reference internal" href="nav.html">no</a></nav>
<article class="bd-article">
<section id="page"><h1>
<span class="section-number">4.5. </span>LSTM<a class="headerlink" href="#page">#</a></h1>
<p class="dlb-reading" data-page="x">5 minutes</p><p>It
<a class="reference internal" href="../g.html#term-a">keeps</a>.</p>
<section id="part">
<span id="row-1-02"></span>
<h2>A part<a class="dlb-row" href="#row-1-02">1.02</a><a class="headerlink">#</a></h2>
<div class="cell"><pre>x = 1</pre></div>
<p>See <a class="reference internal" href="#eq">(1)</a>.</p>
<div class="math notranslate" id="eq"><span class="eqno">(1)</span>
<div class="dlb-formula"><span class="katex">y</span></div></div>
</section>
<section id="empty"><h2>Nothing</h2>
<section id="inner"><h3>Inner</h3><p>Deep.</p></section></section>
<figure class="align-default" id="fig-a"><a class="reference internal image-reference"
href="../_images/f.webp">
<img style="--dlb-width: 5px" alt="A line" src="../_images/f.webp"
width="5" height="4" loading="lazy"></a>
<figcaption><p><span class="caption-number">Figure 1 </span>It falls.<a class="headerlink">#</a></p>
</figcaption></figure>
<dl><dt id="term-b">b<a class="headerlink" href="#term-b">#</a></dt>
<dt id="term-c">c</dt>
<dd><p>Both.</p><p>More.</p></dd></dl>
<div class="citation" id="id3"><span class="label">[<a role="doc-backlink">1</a>]</span>
<p>Ada. <em>Notes</em>.</p></div>
<div class="exercise admonition" id="ex"><p class="admonition-title">Exercise 1</p>
<section><p>Do it.</p></section></div>
</section></article>"""


@pytest.mark.parametrize(
    ("anchor", "shown"),
    [
        ("", '<p><strong><span class="section-number">4.5. </span>LSTM</strong></p><p>It keeps.</p>'),
        ("part", "<p><strong>A part</strong></p><p>See (1).</p>"),
        ("row-1-02", "<p><strong>A part</strong></p><p>See (1).</p>"),
        ("empty", "<p><strong>Nothing</strong></p>"),
        ("eq", '<div class="dlb-formula"><span class="katex">y</span></div>'),
        (
            "fig-a",
            '<img alt="A line" src="ROOT/_images/f.webp" width="5" height="4">'
            '<p><span class="caption-number">Figure 1 </span>It falls.</p>',
        ),
        ("term-b", "<p><strong>b</strong></p><p>Both.</p>"),
        ("term-c", "<p><strong>c</strong></p><p>Both.</p>"),
        ("id3", "<p>Ada. <em>Notes</em>.</p>"),
        ("ex", "<p>Exercise 1</p><p>Do it.</p>"),
        ("nowhere", ""),
    ],
)
def test_a_place_has_a_preview(anchor: str, shown: str) -> None:
    found = " ".join(previews.Page(HTML, "chapters").preview(anchor).split())
    assert found.replace("<strong> ", "<strong>") == shown


def test_the_links_are_those_of_the_text() -> None:
    assert previews.Page(HTML, "chapters").links == [("../g.html", "term-a"), ("", "eq")]
