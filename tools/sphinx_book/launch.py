"""Launch buttons and repository links, only where the repository's public address is known.

The address is taken from the environment variable `DLBOOK_REPOSITORY`, else from the git remote `origin`.
Without one there are no buttons: a made-up address would be a dead link on every page.
"""

import os
import re
from pathlib import Path

from listing import git
from sphinx.application import Sphinx
from sphinx.config import Config

HOSTS = ("github.com", "gitlab.com", "codeberg.org")


def public_address(remote: str) -> str | None:
    """Return the web address of a git remote on a public host, or None.

    Parameters
    ----------
    remote : str
        As git writes it, with `https` or `ssh`.

    Returns
    -------
    str or None
        For example `https://github.com/owner/name`.
    """
    pattern = r"(?:https://(?:[^@/]+@)?|(?:ssh://)?git@)(?P<host>[\w.-]+)[:/](?P<path>[\w.-]+/[\w./-]+?)(?:\.git)?/?"
    match = re.fullmatch(pattern, remote.strip())
    if match is None or match["host"] not in HOSTS:
        return None
    return f"https://{match['host']}/{match['path']}"


def remote(root: Path) -> str:
    """Return the address of the git remote `origin`, or nothing where there is none."""
    return os.fsdecode(git(root, "remote", "get-url", "origin") or b"")


def add_buttons(app: Sphinx, config: Config) -> None:
    """Set the theme's options if the address is known."""
    address = public_address(os.environ.get("DLBOOK_REPOSITORY") or remote(Path(app.srcdir)))
    if address is None:
        return
    options = config.html_theme_options
    options["repository_url"] = address
    options["repository_branch"] = os.environ.get("DLBOOK_BRANCH") or "main"
    options["use_repository_button"] = True
    options["launch_buttons"] = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}


def setup(app: Sphinx) -> None:
    """Register the event."""
    app.connect("config-inited", add_buttons)
