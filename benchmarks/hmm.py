"""Hidden Markov models in NumPy against hmmlearn, whose loops are in C++, and memory against the length."""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from common import show
from hmmlearn.hmm import CategoricalHMM as Reference

from dlbook.markov import CategoricalHMM, baum_welch, random_categorical_hmm

N_STATES, N_SYMBOLS = 8, 12
N_SEQUENCES, LENGTH = 500, 100
LONG = 10_000
ITERATIONS = 10
REPEATS = 7


def seconds(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the median times of two calls, taken in turn after a warm-up."""
    times: tuple[list[float], list[float]] = ([], [])
    ours(), theirs()
    for _ in range(repeats):
        for call, taken in zip((ours, theirs), times, strict=True):
            started = time.perf_counter()
            call()
            taken.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def reference(model: CategoricalHMM, implementation: str) -> Reference:
    """Return hmmlearn's model with the same parameters, set to update them by maximum likelihood."""
    other = Reference(
        model.n_states, init_params="", implementation=implementation, n_iter=ITERATIONS, tol=-np.inf
    )
    other.n_features = model.n_symbols
    other.startprob_, other.transmat_ = model.start.copy(), model.transition.copy()
    other.emissionprob_ = model.emission.copy()
    return other


def speed() -> None:
    """Compare scoring and learning, with both implementations of hmmlearn."""
    rng = np.random.default_rng(0)
    model = random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng)
    start = random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng)
    batch = model.sample(LENGTH, rng=rng, n_sequences=N_SEQUENCES).observations
    long = model.sample(LONG, rng=rng).observations
    column, lengths, long_column = batch.reshape(-1, 1), [LENGTH] * N_SEQUENCES, long[:, None]

    rows: list[list[object]] = []
    for implementation in ("log", "scaling"):
        scorer = reference(model, implementation)
        np.testing.assert_allclose(model.score(batch).sum(), scorer.score(column, lengths), rtol=1e-9)
        fit = baum_welch(start, batch, max_iterations=ITERATIONS, tolerance=0)
        learner = reference(start, implementation).fit(column, lengths)
        np.testing.assert_allclose(fit.model.emission, learner.emissionprob_, rtol=1e-6, atol=1e-9)

        tasks: list[tuple[str, Callable[[], object], Callable[[], object], str]] = [
            (
                f"score {N_SEQUENCES} sequences of {LENGTH}",
                lambda: model.score(batch),
                lambda scorer=scorer: scorer.score(column, lengths),
                "1",
            ),
            (
                f"score one sequence of {LONG}",
                lambda: model.score(long),
                lambda scorer=scorer: scorer.score(long_column),
                "10",
            ),
            (
                f"best path of one sequence of {LONG}",
                lambda: model.viterbi(long),
                lambda scorer=scorer: scorer.decode(long_column),
                "none",
            ),
            (
                f"{ITERATIONS} iterations of Baum-Welch, {N_SEQUENCES} of {LENGTH}",
                lambda: baum_welch(start, batch, max_iterations=ITERATIONS, tolerance=0),
                lambda name=implementation: reference(start, name).fit(column, lengths),
                "2",
            ),
        ]
        for task, ours, theirs, goal in tasks:
            mine, other = seconds(ours, theirs, REPEATS)
            rows.append([task, implementation, mine * 1000, other * 1000, mine / other, goal])
    show(
        f"Hidden Markov model with {N_STATES} states and {N_SYMBOLS} symbols, milliseconds",
        rows,
        ["task", "hmmlearn's way", "dlbook", "hmmlearn", "ratio", "goal"],
    )
    print(
        "A step of a sequence waits for the one before. Of many sequences, one matrix product treats all at\n"
        "once. Of a single one, each step is four calls of NumPy on a few numbers; nearly all of the time,\n"
        "half a microsecond each, goes into the calls. Compiled code computes a step in a tenth of that."
    )


def memory() -> None:
    """Show that the memory of scoring and learning grows linearly with the length."""
    rng = np.random.default_rng(1)
    model = random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng)
    rows: list[list[object]] = []
    for length in (1000, 10_000, 100_000):
        x = model.sample(length, rng=rng).observations
        sizes = []
        for call in (
            lambda x=x: model.score(x),
            lambda x=x: model.viterbi(x),
            lambda x=x: baum_welch(model, x, max_iterations=1),
        ):
            tracemalloc.start()
            call()
            sizes.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        rows.append([length, *(size / length for size in sizes), *(size / 2**20 for size in sizes)])
    show(
        f"Peak memory of one sequence, {N_STATES} states",
        rows,
        ["length", "score, B a step", "viterbi", "Baum-Welch", "score, MB", "viterbi", "Baum-Welch"],
    )


def main() -> None:
    """Measure both."""
    speed()
    memory()


if __name__ == "__main__":
    main()
