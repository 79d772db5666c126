"""Marks in a page: where something begins or ends that cells stand in, which no directive can hold."""

from typing import ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Mark(SphinxDirective):
    """Leave a node of the class `mark` where the directive stands; a transform replaces it."""

    has_content = False
    mark: ClassVar[type[nodes.Element]]

    def run(self) -> list[nodes.Node]:
        """Return the mark."""
        mark = self.mark()
        self.set_source_info(mark)
        return [mark]
