"""A comma never starts a line: the marks before and after a formula stay in its line."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

OPENS = re.compile(r"[(\[“‘\"'/+-]+$")
CLOSES = re.compile(r"^(?:[.,;:!?)\]”’\"'/%…-]+)")


class KeepTogether(SphinxPostTransform):
    """Tie the marks around a formula to it. Browsers break a line on both sides of it, whatever is there."""

    default_priority = 800
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Put each formula and its marks into one element that does not break at its ends (book.css)."""
        for formula in list(self.document.findall(nodes.math)):
            parent = formula.parent
            place = parent.index(formula)
            before = parent[place - 1] if place else None
            after = parent[place + 1] if place + 1 < len(parent) else None
            head = OPENS.search(before) if isinstance(before, nodes.Text) else None
            tail = CLOSES.match(after) if isinstance(after, nodes.Text) else None
            if not head and not tail:
                continue
            tied = nodes.inline(classes=["dlb-tied"])
            parts = [head[0] if head else "", formula, tail[0] if tail else ""]
            parent.replace(formula, tied)
            tied += [
                nodes.Text(part) if isinstance(part, str) else part
                for part in parts
                if part is formula or part
            ]
            if head and before:
                parent.replace(before, nodes.Text(before[: head.start()]))
            if tail and after:
                parent.replace(after, nodes.Text(after[tail.end() :]))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(KeepTogether)
