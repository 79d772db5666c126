"""The directive `deeper`: what follows it, to the end of its section or to `deeper-end`, is folded."""

from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .folding import details, summary
from .marks import Mark

LOG = logging.getLogger(__name__)


class deeper_start(nodes.General, nodes.Element):
    """Where something folded begins, with the line that opens it."""


class deeper_end(nodes.General, nodes.Element):
    """Where it ends before its section does."""


class Deeper(SphinxDirective):
    """Fold what follows under a line of text."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the mark."""
        content, messages = self.state.inline_text(self.arguments[0], self.lineno)
        mark = deeper_start("", *content)
        self.set_source_info(mark)
        return [mark, *messages]


class DeeperEnd(Mark):
    """End what is folded."""

    mark = deeper_end


class FoldDeeper(SphinxTransform):
    """Put what stands between the marks into a part that opens."""

    default_priority = 12  # when gated solutions are whole

    def apply(self, **kwargs: Any) -> None:
        """Replace the marks; innermost first, as the last is."""
        for mark in reversed(list(self.document.findall(deeper_start))):
            section = mark.parent
            first = section.index(mark) + 1
            after = section.children[first:]
            last = next((k for k, node in enumerate(after) if isinstance(node, deeper_end)), len(after))
            content = after[:last]
            if not content:
                LOG.warning("there is nothing to fold after `deeper`", location=mark)
            line = summary("", "", nodes.Text("Deeper: "), *mark.children, classes=["admonition-title"])
            for node in after[: last + 1]:
                section.remove(node)
            mark.replace_self(details("", line, *content, classes=["admonition", "deeper"]))
        for end in list(self.document.findall(deeper_end)):
            LOG.warning("`deeper-end` has no `deeper` before it in its section", location=end)
            end.parent.remove(end)


def setup(app: Sphinx) -> None:
    """Register the directives and what replaces them."""
    app.add_directive("deeper", Deeper)
    app.add_directive("deeper-end", DeeperEnd)
    app.add_transform(FoldDeeper)
