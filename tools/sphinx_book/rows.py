"""The number of a row of the course map, beside the heading that teaches it: a link to pass on."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

LABEL = re.compile(r"row-(\d+)-(\d+)")


def links(section: nodes.section) -> list[nodes.raw]:
    """Return a link for each row that a section teaches."""
    found = [match for name in section["ids"] if (match := LABEL.fullmatch(name))]
    return [
        nodes.raw(
            "",
            f'<a class="dlb-row" href="#{match[0]}" aria-label="Row {match[1]}.{match[2]}, copy its link" '
            f'title="Row of the course map: copy its link">{match[1]}.{match[2]}</a>',
            format="html",
        )
        for match in found
    ]


class NumberRows(SphinxPostTransform):
    """Put the numbers of the rows into the headings; the contents of the page keep theirs."""

    default_priority = 700
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Add the links."""
        for section in self.document.findall(nodes.section):
            title = section.next_node(nodes.title)
            if title is not None and title.parent is section:
                title += links(section)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(NumberRows)
