"""The report of a run, as JSON for programs and as one HTML page for people."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..files import write_text
from .results import NotebookResult, now

__all__ = ["Report", "read_report", "write_report"]

_FORMAT = 1
_MARKS = {"ok": "✓", "failed": "✗", "timeout": "⏱"}


@dataclass(frozen=True)
class Report:
    """The results of a run.

    Parameters
    ----------
    profile : str
        The profile that was asked for.
    seed : int
        The seed that was asked for.
    backend : str
        The Keras backend that was asked for.
    results : sequence of NotebookResult
        One a notebook.
    date : str
        When the report was made, in UTC and ISO format.
    """

    profile: str
    seed: int
    backend: str
    results: Sequence[NotebookResult] = field(default_factory=tuple)
    date: str = field(default_factory=now)

    @property
    def failures(self) -> list[NotebookResult]:
        """The notebooks that did not run to their end."""
        return [result for result in self.results if not result.ok]


def write_report(report: Report, folder: str | os.PathLike[str]) -> None:
    """Write ``report.json`` and ``report.html``, each in one step.

    Parameters
    ----------
    report : Report
        What to write.
    folder : str or path
        Where; it is made if it is missing.
    """
    folder = Path(folder)
    content = {
        "format": _FORMAT,
        "date": report.date,
        "profile": report.profile,
        "seed": report.seed,
        "backend": report.backend,
        "results": [result.as_dict() for result in report.results],
    }
    write_text(folder / "report.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / "report.html", _page(report))


def read_report(folder: str | os.PathLike[str]) -> Report | None:
    """Read ``report.json`` back.

    Parameters
    ----------
    folder : str or path
        Where it is.

    Returns
    -------
    Report or None
        The report; None where there is none, or none that this version can read.
    """
    try:
        content = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        return Report(
            profile=content["profile"],
            seed=content["seed"],
            backend=content["backend"],
            results=tuple(NotebookResult.from_dict(entry) for entry in content["results"]),
            date=content["date"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _page(report: Report) -> str:
    n_failed = len(report.failures)
    verdict = f"{n_failed} of {len(report.results)} failed" if n_failed else f"{len(report.results)} ran"
    seconds = sum(result.seconds for result in report.results)
    # Runs on one machine share their versions: once for all is then enough.
    kinds = {_versions(result) for result in report.results}
    shared = kinds.pop() if len(kinds) == 1 else ""
    rows = "\n".join(_row(result, with_versions=not shared) for result in report.results)
    versions = f"<div><dt>Versions</dt><dd>{_escape(shared)}</dd></div>\n" if shared else ""
    column = "" if shared else '<th scope="col">Versions</th>'
    errors = "\n".join(_error(result) for result in report.failures)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notebooks: {verdict}</title>
<style>{_css()}</style>
</head>
<body>
<main>
<h1>Notebooks: {verdict}</h1>
<dl>
<div><dt>Profile</dt><dd>{_escape(report.profile)}</dd></div>
<div><dt>Seed</dt><dd>{report.seed}</dd></div>
<div><dt>Backend</dt><dd>{_escape(report.backend)}</dd></div>
<div><dt>Kernel time</dt><dd>{_duration(seconds)}</dd></div>
<div><dt>Date</dt><dd>{_moment(report.date)}</dd></div>
{versions}</dl>
<div class="scroll" role="region" aria-label="Results" tabindex="0">
<table>
<caption>One row a notebook: time of the whole run by the clock and of the processor, largest resident memory,
and what it ran on.</caption>
<thead><tr><th scope="col">Notebook</th><th scope="col">Status</th><th scope="col">Seconds</th>
<th scope="col">Processor seconds</th><th scope="col">Peak memory (MB)</th>
<th scope="col">Device</th><th scope="col">Backend</th>
<th scope="col">Profile, seed</th>{column}<th scope="col">Ended</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
{errors}
</main>
</body>
</html>
"""


def _row(result: NotebookResult, *, with_versions: bool) -> str:
    name = _escape(result.notebook)
    if not result.ok:
        name = f'<a href="#{_anchor(result)}">{name}</a>'
    memory = "" if result.peak_memory_mb is None else f"{result.peak_memory_mb:.0f}"
    worked = "" if result.processor_seconds is None else f"{result.processor_seconds:.1f}"
    used = "" if result.profile is None else f"{result.profile}, {result.seed}"
    mark = _MARKS.get(result.status, "")
    cells = [
        f'<td class="short {_escape(result.status)}"><span aria-hidden="true">{mark}</span> '
        f"{_escape(result.status)}</td>",
        f'<td class="number">{result.seconds:.1f}</td>',
        f'<td class="number">{worked}</td>',
        f'<td class="number">{memory}</td>',
        f"<td>{_escape(result.device or '')}</td>",
        f"<td>{_escape(result.backend or '')}</td>",
        f"<td>{_escape(used)}</td>",
        f'<td class="versions">{_escape(_versions(result))}</td>' if with_versions else "",
        f'<td class="short">{_moment(result.date)}</td>',
    ]
    return f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>'


def _error(result: NotebookResult) -> str:
    error = result.error
    if error is None:
        return ""
    name = _escape(result.notebook)
    parts = [
        f'<section id="{_anchor(result)}" aria-label="{name}">',
        f"<h2>{name}</h2>",
        f"<p>{_escape(str(error))}</p>",
    ]
    if error.source:
        parts.append(
            f'<pre tabindex="0" aria-label="Source of the cell, {name}">{_escape(error.source)}</pre>'
        )
    if error.traceback:
        parts.append(
            "<details><summary>Traceback</summary>"
            f'<pre tabindex="0" aria-label="Traceback, {name}">{_escape(error.traceback)}</pre></details>'
        )
    return "\n".join([*parts, "</section>"])


def _versions(result: NotebookResult) -> str:
    return ", ".join(f"{package} {version}" for package, version in result.versions.items())


def _moment(date: str) -> str:
    """Write a moment as people do, to the minute."""
    return _escape(f"{date[:10]} {date[11:16]} UTC")


def _anchor(result: NotebookResult) -> str:
    return "error-" + "".join(c if c.isalnum() else "-" for c in result.notebook)


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _css() -> str:
    from ..display.palette import DARK, LIGHT

    def variables(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{value};" for name, value in colours.items())

    return f"""
:root{{color-scheme:light dark;{variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}
body{{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}}
main{{max-width:80rem;margin:0 auto;padding:1.5rem 1rem}}
h1{{font-size:1.6rem}} h2{{font-size:1.15rem;overflow-wrap:anywhere}} a{{color:inherit}}
dl{{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:0 0 1.5rem}} dl div{{display:flex;gap:.5rem}}
dt{{font-weight:600}} dd{{margin:0}}
.scroll{{overflow-x:auto}} table{{border-collapse:collapse;width:100%;font-size:.9rem}}
caption{{text-align:left;padding-bottom:.5rem}}
th,td{{text-align:left;vertical-align:top;padding:.4rem .7rem;border-bottom:1px solid var(--faint)}}
thead th{{white-space:nowrap}} tbody th{{font-weight:600;white-space:nowrap}}
.number{{text-align:right;font-variant-numeric:tabular-nums}} .short{{white-space:nowrap}}
.failed,.timeout{{font-weight:700}}
.versions{{min-width:16rem;font-size:.8rem}}
pre{{overflow-x:auto;padding:.8rem;border:1px solid var(--faint);border-left:4px solid var(--vermilion)}}
summary{{cursor:pointer}}
"""
