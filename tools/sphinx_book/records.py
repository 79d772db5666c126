"""The table of all records: what long experiments cost, and when and where they were made."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlbook.training.record_files import read_record

from .directives import page_reference, table, text


class RecordStatus(SphinxDirective):
    """A table of the records beside the notebooks."""

    def run(self) -> list[nodes.Node]:
        """Return the table, or a sentence if there is no record."""
        root = Path(self.env.srcdir)
        rows: list[list[nodes.Node]] = []
        for path in sorted(root.glob("chapters/*/records/*.json")):
            self.env.note_dependency(str(path))
            record = read_record(path.parent, path.stem)
            notebook, _, name = path.stem.partition(".")
            size = sum(file.stat().st_size for file in path.parent.glob(f"{path.stem}.*"))
            docname = (path.parent.parent / notebook).relative_to(root).as_posix()
            rows.append(
                [
                    nodes.paragraph("", "", page_reference(docname)),
                    text(name.replace("_", " ")),
                    text(str(len(record.runs))),
                    text(f"{record.seconds / 60:.1f}"),
                    text(f"{size / 1000:.0f}"),
                    text(
                        ", ".join([record.machine["device"], *filter(None, [record.machine.get("backend")])])
                    ),
                    text(record.date),
                ]
            )
        if not rows:
            return [text("No page keeps a record yet.")]
        heads = ["Notebook", "Experiment", "Runs", "Minutes", "KB", "Made on", "Date"]
        return [table(heads, rows, [28, 22, 8, 10, 8, 12, 12])]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("record-status", RecordStatus)
