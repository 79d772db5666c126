"""In JupyterLab an `explore` cell calls Python, and a `live` cell shows the figure of the page."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TOKEN = "tests"
CELLS = [
    "from dlbook.runtime import setup\n\nrun = setup('quick', 0)",
    """\
import matplotlib.pyplot as plt
from dlbook.display import explore

drawn = 0


def draw(slope, shifted):
    global drawn
    drawn += 1
    plt.plot([0, 1], [shifted, slope + shifted])
    plt.title(f"Drawn by Python, time {drawn}")


explore(draw, alt="A line with slope {slope}", slope=range(5), shifted=bool)""",
    """\
from dlbook.display import live

live("perceptron", lambda: plt.plot([0, 1]), alt="A line", task="Step until it is done.", sample="OR")""",
]
SERVER = {
    "ServerApp": {"open_browser": False, "allow_root": True, "port_retries": 0},
    "IdentityProvider": {"token": TOKEN},
    "LabApp": {
        "expose_app_in_browser": True,
        # Nothing of it may ask another host.
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    },
}
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
KERNEL_IS_IDLE = """() => {
    const shown = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    return shown?.sessionContext?.isReady && shown.sessionContext.session?.kernel?.status === "idle";
}"""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Tell whether the server is there."""
    try:
        with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5) as reply:
            return "started" in json.load(reply)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run JupyterLab on a folder with one small notebook, with settings of its own."""
    home: Path = tmp_path_factory.mktemp("jupyterlab")
    folder = home / "chapter"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "live.ipynb")
    (home / "config" / "labconfig").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(SERVER), encoding="utf-8")
    (home / "config" / "labconfig" / "page_config.json").write_text(json.dumps(PAGE), encoding="utf-8")
    settings = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "DLBOOK_OUTPUT": "live",
    }
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
        try:
            ends = time.monotonic() + 90
            while not answers(address):
                if server.poll() is not None or time.monotonic() > ends:
                    pytest.fail(
                        f"JupyterLab did not start:\n{(home / 'log').read_text('utf-8')[-3000:]}",
                        pytrace=False,
                    )
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def test_an_explore_cell_is_live(jupyterlab: str, watched: Callable[..., Any]) -> None:
    with watched(viewport={"width": 1200, "height": 1000}) as (page, log):
        page.set_default_timeout(60_000)
        page.goto(f"{jupyterlab}/lab/tree/live.ipynb?token={TOKEN}")
        page.locator(".jp-Notebook .jp-CodeCell").nth(len(CELLS) - 1).wait_for()
        page.wait_for_function(KERNEL_IS_IDLE)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")

        output = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea")
        image = output.locator("img")
        expect(image).to_have_attribute("alt", "A line with slope 0", timeout=90_000)
        first = image.get_attribute("src")
        slider = output.locator("[role=slider]")
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(image).to_have_attribute("alt", "A line with slope 1")
        second = image.get_attribute("src")
        assert second != first
        page.keyboard.press("End")
        expect(image).to_have_attribute("alt", "A line with slope 4")
        output.locator("input[type=checkbox]").click()
        expect(image).not_to_have_attribute("src", second or "")
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
        assert output.locator("[data-dlb]").count() == 0, "no precomputed frames where Python draws"

        figure = page.locator(".jp-CodeCell").nth(2).locator("[data-dlb-live]")
        figure.get_by_role("button", name="Start the live figure").click()
        step = figure.get_by_role("button", name="Step", exact=True)
        for _ in range(10):
            step.press("Enter")
        expect(figure.locator(".dlb-live-result")).to_contain_text(
            "after 9 corrections. w = (2, 2), b = \u22121."
        )
        figure.get_by_role("application").press("ArrowRight")
        figure.get_by_role("application").press("Enter")
        assert figure.evaluate("root => root.dlbookFigure.inside().points.y.length") == 5
        assert log.foreign(jupyterlab, jupyterlab.replace("http", "ws")) == []
