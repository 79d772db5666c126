"""Directives for teaching: a hint before a solution, and two ways to do the same, side by side in tabs."""

from typing import Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_design.shared import create_component

from .marks import Mark

LOG = logging.getLogger(__name__)
GROUP = "way"  # a choice holds for all tabs of the book


class Hint(SphinxDirective):
    """A hint to an exercise, which opens."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return a box that is folded as solutions are; its line names the exercise."""
        exercise = addnodes.pending_xref(
            "",
            nodes.inline(text=self.arguments[0]),
            refdomain="std",
            reftype="ref",
            reftarget=self.arguments[0],
            refexplicit=False,
            refwarn=True,
            refdoc=self.env.docname,
        )
        box = nodes.admonition(classes=["admonition", "hint", "dropdown"])
        box += nodes.title("", "Hint to ", exercise)
        self.set_source_info(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class tab_start(nodes.General, nodes.Element):
    """Where a tab begins."""


class tabs_end(nodes.General, nodes.Element):
    """Where the last tab of a set ends."""


class Tab(Mark):
    """What follows, text and cells, up to the next tab or to the end of all, is in a tab of this name."""

    required_arguments = 1
    final_argument_whitespace = True
    mark = tab_start

    def run(self) -> list[nodes.Node]:
        """Return the mark with the name."""
        (mark,) = super().run()
        mark["name"] = self.arguments[0]
        return [mark]


class TabsEnd(Mark):
    """The end of the last tab."""

    mark = tabs_end


class GatherTabs(SphinxTransform):
    """Put what stands between the marks into tabs."""

    default_priority = 11  # when gated solutions are whole, and before what goes deeper is folded

    def apply(self, **kwargs: Any) -> None:
        """Replace the marks."""
        while start := self.document.next_node(tab_start):
            parent = start.parent
            first = parent.index(start)
            after = parent.children[first:]
            last = next((k for k, node in enumerate(after) if isinstance(node, tabs_end)), None)
            if last is None:
                LOG.warning("`tab` has no `tabs-end` after it in its section", location=start)
                last = len(after)
            content = after[:last]
            for node in after[: last + 1]:
                parent.remove(node)
            if sum(isinstance(node, tab_start) for node in content) < 2:
                LOG.warning("there is only one `tab` before `tabs-end`", location=start)
            if any(isinstance(node, nodes.section) for node in content):
                LOG.warning("there is a heading in a `tab`", location=start)
            parent.insert(first, tab_set(content))
        for end in list(self.document.findall(tabs_end)):
            LOG.warning("`tabs-end` has no `tab` before it in its section", location=end)
            end.parent.remove(end)


def tab_set(content: list[nodes.Node]) -> nodes.container:
    """Return tabs as sphinx-design makes them, of nodes that begin with a mark."""
    result = create_component("tab-set", classes=["sd-tab-set", "dlb-tabs"])
    for node in content:
        if isinstance(node, tab_start):
            name = node["name"]
            label = nodes.rubric("", name, classes=["sd-tab-label"])
            label["sync_id"], label["sync_group"] = nodes.make_id(name), GROUP
            inner = create_component("tab-content", classes=["sd-tab-content"])
            item = create_component("tab-item", classes=["sd-tab-item"], children=[label, inner])
            item.source, item.line = node.source, node.line
            result += item
        else:
            inner += node
    return result


def setup(app: Sphinx) -> None:
    """Register the directives and what replaces them."""
    app.setup_extension("sphinx_design")
    app.add_directive("hint", Hint, override=True)
    app.add_directive("tab", Tab)
    app.add_directive("tabs-end", TabsEnd)
    app.add_transform(GatherTabs)
