"""Which tests stay together in one process."""

import pytest
import schedule

PAGES = "tests/browser/test_pages.py"


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/nn/test_losses.py::test_one[mse]", "tests/nn/test_losses.py"),
        ("chapters/09_markov/markov_chains.ipynb::Cell 3", "chapters/09_markov/markov_chains.ipynb"),
        ("tests/browser/test_jupyterlab.py::test_opens", "tests/browser/test_jupyterlab.py"),
        (f"{PAGES}::test_fits_a_phone[index.html]", f"{PAGES} index.html"),
        (
            f"{PAGES}::test_no_barrier[dark-chapters/04_sequences/lstm.html]",
            f"{PAGES} chapters/04_sequences/lstm.html",
        ),
        (
            f"{PAGES}::test_no_barrier[chapters/04_sequences/lstm.html-dark]",
            f"{PAGES} chapters/04_sequences/lstm.html",
        ),
        ("tests/browser/test_code.py::test_a_fade[360]", "tests/browser/test_code.py::test_a_fade[360]"),
    ],
)
def test_a_file_stays_together_and_so_does_a_page(test: str, scope: str) -> None:
    assert schedule.scope(test) == scope
