"""Beam search: how many tokens a second it writes, by itself and with a recurrent decoder in NumPy."""

import time
from collections.abc import Callable

import numpy as np
from common import show

from dlbook.encoder_decoder import Hypothesis, Stepwise, beam_search_many
from dlbook.nn import log_softmax
from dlbook.sequences import GRU

N_TOKENS, UNITS, N_SOURCES, LENGTH = 40, 64, 50, 20
WIDTHS = (1, 4, 16, 64)
REPEATS = 5


def decoder(rng: np.random.Generator) -> Stepwise:
    """Return an untrained recurrent decoder."""
    layer = GRU(N_TOKENS, UNITS, rng=rng)
    output = rng.normal(size=(UNITS, N_TOKENS))
    letters = np.eye(N_TOKENS)

    def step(tokens: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        states = layer.step(letters[tokens], states)
        return log_softmax(states @ output), states

    return Stepwise(step, rng.normal(size=(N_SOURCES, UNITS)), sos=1)


def seconds(call: Callable[[], list[list[Hypothesis]]]) -> tuple[float, int]:
    """Return the least processor time of some calls, and how many tokens the best hypotheses have."""
    call()
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        found = call()
        taken.append(time.process_time() - started)
    return min(taken), sum(len(best[0].tokens) for best in found)


def main() -> None:
    """Compare a decoder with a model that answers at once, at several widths."""
    rng = np.random.default_rng(0)
    flat = np.log(rng.dirichlet(np.ones(N_TOKENS), size=N_SOURCES * max(WIDTHS)))

    def at_once(prefixes: np.ndarray, sources: np.ndarray) -> np.ndarray:
        return flat[: len(prefixes)]

    model = decoder(rng)
    rows: list[list[object]] = []
    for width in WIDTHS:

        def searched(model: Callable = model, width: int = width) -> list[list[Hypothesis]]:
            return beam_search_many(model, N_SOURCES, width, eos=0, max_length=LENGTH)

        with_model, written = seconds(searched)
        alone, short = seconds(lambda width=width: searched(at_once, width))
        rows.append([width, written / with_model, short / alone])
    show(
        f"Beam search for {N_SOURCES} sources together, {N_TOKENS} tokens, at most {LENGTH} steps",
        rows,
        ["width", f"tokens a second, GRU of {UNITS}", "a model that costs nothing"],
    )


if __name__ == "__main__":
    main()
