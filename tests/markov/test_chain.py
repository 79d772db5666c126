import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.markov import chain_structure as structure
from dlbook.markov.chain import MarkovChain

WORKOUT = np.array([[1, 4, 3, 2], [7, 2, 5, 6], [8, 6, 1, 5], [5, 5, 1, 1]])
EXERCISES = ["run", "push-ups", "rowing", "pull-ups"]
SUNNY = MarkovChain([[0.9, 0.1], [0.5, 0.5]], ["sunny", "rainy"])
CYCLE = MarkovChain([[0, 1, 0], [0, 0, 1], [1, 0, 0]], "abc")
TWO_ENDS = MarkovChain([[1, 0, 0, 0], [0.3, 0.2, 0.5, 0], [0, 0, 0.4, 0.6], [0, 0, 1, 0]], "wxyz")


def random_matrix(rng, n_states, zeros=0.0):
    """A transition matrix; each element is zero with the given probability, but no row is empty."""
    matrix = rng.dirichlet(np.full(n_states, 0.8), size=n_states)
    matrix[rng.random(matrix.shape) < zeros] = 0
    rows = np.flatnonzero(matrix.sum(axis=1) == 0)
    matrix[rows, rng.integers(n_states, size=len(rows))] = 1
    return matrix / matrix.sum(axis=1, keepdims=True)


matrices = st.builds(
    lambda seed, n_states, zeros: random_matrix(np.random.default_rng(seed), n_states, zeros),
    st.integers(0, 2**32 - 1),
    st.integers(1, 7),
    st.sampled_from([0.0, 0.3, 0.6, 0.85]),
)


# 1. numbers worked out by hand


def test_the_workout_from_its_counts():
    chain = MarkovChain.from_counts(WORKOUT, states=EXERCISES)
    np.testing.assert_allclose(chain.transition[0], [0.1, 0.4, 0.3, 0.2], rtol=1e-15)
    np.testing.assert_allclose(chain.transition[3], [5 / 12, 5 / 12, 1 / 12, 1 / 12], rtol=1e-15)
    # run to push-ups in two steps: 0.1 * 0.4 + 0.4 * 0.1 + 0.3 * 0.3 + 0.2 * 5 / 12
    assert chain.n_step(2)[0, 1] == pytest.approx(0.04 + 0.04 + 0.09 + 1 / 12, rel=1e-14)
    assert chain.path_probability(["run", "push-ups", "pull-ups"], given_first=True) == pytest.approx(
        0.4 * 0.3, rel=1e-14
    )
    assert chain.path_probability(["run", "push-ups", "pull-ups"]) == pytest.approx(0.25 * 0.12, rel=1e-14)


def test_the_sequence_of_the_lecture_with_its_start_state():
    chain = MarkovChain(
        [[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]],
        ["hot", "cold", "rain"],
        initial=[0.33, 0.33, 0.34],
    )
    path = ["hot", "cold", "rain", "rain", "cold"]
    assert chain.path_probability(path) == pytest.approx(0.33 * 0.1 * 0.2 * 0.7 * 0.2, rel=1e-14)
    assert chain.path_probability(path) == pytest.approx(0.000924, rel=1e-12)
    assert chain.path_log_probability(path) == pytest.approx(-6.986798, abs=1e-6)


def test_two_states_by_hand():
    """Leaving with 0.1 and 0.5: stationary (5, 1) / 6, second eigenvalue 0.4."""
    np.testing.assert_allclose(SUNNY.stationary(), [5 / 6, 1 / 6], rtol=1e-14)
    for n in (0, 1, 2, 7):
        limit, other = np.array([[5, 1], [5, 1]]) / 6, np.array([[1, -1], [-5, 5]]) / 6
        np.testing.assert_allclose(SUNNY.n_step(n), limit + 0.4**n * other, rtol=0, atol=1e-15)
    binary = -(0.9 * np.log2(0.9) + 0.1 * np.log2(0.1))
    assert SUNNY.entropy_rate() == pytest.approx(5 / 6 * binary + 1 / 6, rel=1e-14)


def test_estimates_from_two_short_sequences():
    """SSRS and SRR: S is followed by S, R, R; R by S, R."""
    chain = MarkovChain.from_sequences(["SSRS", "SRR"], states="SR")
    np.testing.assert_allclose(chain.transition, [[1 / 3, 2 / 3], [1 / 2, 1 / 2]], rtol=1e-15)
    np.testing.assert_array_equal(chain.initial, [1, 0])
    expected = 3 * np.log(1 / 3) - np.log(1 / 3) + 2 * np.log(2 / 3) - np.log(1 / 3) + 2 * np.log(1 / 2)
    assert chain.log_likelihood(["SSRS", "SRR"]) == pytest.approx(expected, rel=1e-14)


def test_smoothing_by_hand():
    chain = MarkovChain.from_sequences([[0, 0, 1, 0]], smoothing=1)
    np.testing.assert_allclose(chain.transition, [[1 / 2, 1 / 2], [2 / 3, 1 / 3]], rtol=1e-15)
    np.testing.assert_allclose(chain.initial, [2 / 3, 1 / 3], rtol=1e-15)


def test_classes_of_a_chain_with_two_ends():
    assert TWO_ENDS.communicating_classes() == [("w",), ("x",), ("y", "z")]
    assert TWO_ENDS.closed_classes() == [("w",), ("y", "z")]
    assert not TWO_ENDS.is_irreducible
    assert TWO_ENDS.period == 1


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([(0, 1), (1, 2), (2, 0)], 3),
        ([(0, 1), (1, 2), (2, 0), (2, 2)], 1),
        ([(0, 1), (1, 2), (2, 3), (3, 0), (2, 1)], 2),  # loops of length 4 and 2
        ([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (2, 0)], 1),  # 5 and 3
        ([(0, 1), (1, 0), (2, 3), (3, 4), (4, 2)], 6),  # two closed classes, 2 and 3
        ([(0, 1), (1, 0), (0, 2), (2, 2)], 1),  # the loop of length 2 is left for good
    ],
)
def test_periods_by_hand(edges, expected):
    n_states = max(max(edge) for edge in edges) + 1
    matrix = np.zeros((n_states, n_states))
    for edge in edges:
        matrix[edge] = 1
    matrix /= matrix.sum(axis=1, keepdims=True)
    assert structure.period(matrix) == expected
    assert MarkovChain(matrix).is_aperiodic is (expected == 1)


# 2. parity with NumPy and SciPy


def test_powers_equal_the_eigendecomposition():
    matrix = random_matrix(np.random.default_rng(3), 5)
    values, vectors = np.linalg.eig(matrix)
    for n in (0, 1, 3, 12):
        expected = (vectors * values**n) @ np.linalg.inv(vectors)
        np.testing.assert_allclose(MarkovChain(matrix).n_step(n), expected.real, rtol=0, atol=1e-13)


def test_the_stationary_distribution_equals_the_null_space_of_scipy():
    from scipy.linalg import null_space

    for seed, n_states in ((0, 2), (1, 3), (2, 6), (3, 11)):
        matrix = random_matrix(np.random.default_rng(seed), n_states)
        space = null_space(matrix.T - np.eye(n_states))
        assert space.shape[1] == 1
        expected = space[:, 0] / space.sum()
        chain = MarkovChain(matrix)
        np.testing.assert_allclose(chain.stationary(), expected, rtol=1e-11)
        np.testing.assert_allclose(chain.stationary("iteration"), expected, rtol=1e-10, atol=1e-12)


def test_classes_equal_the_components_of_scipy():
    from scipy.sparse.csgraph import connected_components

    rng = np.random.default_rng(5)
    for n_states in (1, 2, 5, 9, 17):
        for _ in range(10):
            matrix = random_matrix(rng, n_states, zeros=0.8)
            _, component = connected_components(matrix > 0, connection="strong")
            expected = {frozenset(np.flatnonzero(component == k).tolist()) for k in component}
            assert {frozenset(members) for members in structure.communicating_classes(matrix)} == expected


# 3. brute force over all paths


@pytest.mark.parametrize("n", [1, 2, 4])
def test_powers_are_sums_over_all_paths(n):
    chain = MarkovChain(random_matrix(np.random.default_rng(n), 3), initial=[0.2, 0.5, 0.3])
    total, ends = 0.0, np.zeros((3, 3))
    for path in itertools.product(range(3), repeat=n + 1):
        total += chain.path_probability(path)
        ends[path[0], path[-1]] += chain.path_probability(path, given_first=True)
    assert total == pytest.approx(1, abs=1e-13)
    np.testing.assert_allclose(chain.n_step(n), ends, rtol=1e-12)
    np.testing.assert_allclose(chain.distribution_after(n), chain.initial @ ends, rtol=1e-12)


def test_the_period_is_the_divisor_of_all_return_times():
    rng = np.random.default_rng(9)
    seen = set()
    for _ in range(150):
        matrix = random_matrix(rng, int(rng.integers(1, 6)), zeros=0.75)
        expected = 1
        for members in structure.closed_classes(matrix):
            power, divisor = np.eye(len(matrix)), 0
            for n in range(1, 31):
                power = (power @ matrix > 0).astype(float)
                if power[members[0], members[0]] > 0:
                    divisor = np.gcd(divisor, n)
            expected = np.lcm(expected, divisor)
        assert structure.period(matrix) == expected
        seen.add(int(expected))
    assert seen >= {1, 2, 3}


def test_the_estimate_has_the_largest_likelihood():
    sequences = [list(s) for s in SUNNY.sample(30, rng=np.random.default_rng(4), n_sequences=5)]
    best = MarkovChain.from_sequences(sequences)
    reached = best.log_likelihood(sequences)
    rng = np.random.default_rng(6)
    for size in (1e-3, 0.1, 0.5):
        for _ in range(20):
            transition = (1 - size) * best.transition + size * random_matrix(rng, 2)
            initial = (1 - size) * best.initial + size * rng.dirichlet([1, 1])
            assert MarkovChain(transition, initial=initial).log_likelihood(sequences) < reached


# 4. invariants


@given(matrix=matrices, m=st.integers(0, 20), n=st.integers(0, 20))
@settings(deadline=None, max_examples=80)
def test_powers_are_distributions_and_obey_chapman_and_kolmogorov(matrix, m, n):
    chain = MarkovChain(matrix)
    power = chain.n_step(n)
    assert power.min() >= 0
    np.testing.assert_allclose(power.sum(axis=1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(chain.n_step(m + n), chain.n_step(m) @ power, rtol=0, atol=1e-13)


@given(matrix=matrices)
@settings(deadline=None, max_examples=150)
def test_the_stationary_distribution_does_not_change(matrix):
    chain = MarkovChain(matrix)
    closed = chain.closed_classes()
    if len(closed) > 1:
        with pytest.raises(ValueError, match=f"got {len(closed)}: "):
            chain.stationary()
        return
    stationary = chain.stationary()
    assert stationary.min() >= 0
    assert stationary.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(stationary @ matrix, stationary, rtol=0, atol=1e-11)
    outside = [chain.states.index(s) for s in set(chain.states) - set(closed[0])]
    assert not stationary[outside].any()
    assert 0 <= chain.entropy_rate() <= np.log2(len(matrix)) + 1e-12


@given(matrix=matrices)
@settings(deadline=None, max_examples=100)
def test_an_aperiodic_chain_with_one_end_converges_and_others_do_not(matrix):
    chain = MarkovChain(matrix)
    values = np.abs(np.linalg.eigvals(matrix))
    on_the_circle = int((values > 1 - 1e-9).sum())
    periods = [structure.period(matrix[np.ix_(c, c)]) for c in structure.closed_classes(matrix)]
    assert on_the_circle >= sum(periods)  # an eigenvalue near 1 may belong to a slow chain
    if len(periods) == 1 and chain.is_aperiodic and on_the_circle == 1:
        slowest = np.sort(values)[-2] if len(values) > 1 else 0.0
        if slowest < 0.95:
            np.testing.assert_allclose(
                chain.n_step(4000), np.tile(chain.stationary(), (len(matrix), 1)), atol=1e-9
            )


@given(matrix=matrices, seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_samples_are_possible_and_logs_agree(matrix, seed):
    chain = MarkovChain(matrix)
    drawn = chain.sample(6, rng=np.random.default_rng(seed), n_sequences=8)
    assert drawn.shape == (8, 6)
    for path in drawn:
        assert chain.path_probability(path) > 0
        assert np.exp(chain.path_log_probability(path)) == pytest.approx(
            chain.path_probability(path), rel=1e-12
        )
    total = sum(chain.path_log_probability(path) for path in drawn)
    assert chain.log_likelihood(drawn) == pytest.approx(total, rel=1e-12, abs=1e-12)


def test_samples_have_the_right_frequencies():
    chain = MarkovChain(
        [[0.5, 0.3, 0.2, 0], [0, 0.1, 0.9, 0], [0.25, 0, 0.25, 0.5], [1, 0, 0, 0]],
        initial=[0.1, 0.2, 0.3, 0.4],
    )
    drawn = chain.sample(6, rng=np.random.default_rng(1), n_sequences=40_000)
    for t in range(6):
        share = np.bincount(drawn[:, t], minlength=4) / 40_000
        np.testing.assert_allclose(share, chain.distribution_after(t), rtol=0, atol=0.012)
    learned = MarkovChain.from_sequences(drawn)
    np.testing.assert_allclose(learned.transition, chain.transition, rtol=0, atol=0.012)
    np.testing.assert_array_equal(learned.transition == 0, chain.transition == 0)
    np.testing.assert_allclose(learned.initial, chain.initial, rtol=0, atol=0.012)


def test_one_sequence_is_the_first_of_one():
    one = SUNNY.sample(20, rng=np.random.default_rng(2))
    several = SUNNY.sample(20, rng=np.random.default_rng(2), n_sequences=1)
    assert one.shape == (20,)
    np.testing.assert_array_equal(several, one[None])


def test_names_and_numbers_are_the_same():
    path = ["sunny", "rainy", "rainy"]
    assert SUNNY.path_probability(path) == SUNNY.path_probability([0, 1, 1])
    assert SUNNY.path_probability(np.array([0, 1, 1])) == SUNNY.path_probability(path)
    assert SUNNY.decode_names(np.array([0, 1, 1])) == path
    np.testing.assert_array_equal(SUNNY.distribution_after(3, "rainy"), SUNNY.distribution_after(3, [0, 1]))
    np.testing.assert_array_equal(MarkovChain(SUNNY.transition, SUNNY.states, "rainy").initial, [0, 1])
    by_name = MarkovChain.from_sequences([["b", "a", "b"]])
    by_number = MarkovChain.from_sequences([[1, 0, 1]])
    np.testing.assert_array_equal(by_name.transition, by_number.transition)
    assert (by_name.states, by_number.states) == (("a", "b"), ("0", "1"))
    assert repr(by_name) == "MarkovChain(states=('a', 'b'))"


def test_inputs_stay_as_they_are_and_the_chain_cannot_be_written_to():
    matrix, initial = np.array([[0.9, 0.1], [0.5, 0.5]]), np.array([0.5, 0.5])
    chain = MarkovChain(matrix, initial=initial)
    matrix[0], initial[0] = 7, 7
    np.testing.assert_array_equal(chain.transition[0], [0.9, 0.1])
    np.testing.assert_array_equal(chain.initial, [0.5, 0.5])
    for array in (chain.transition, chain.initial):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_rounded_sums_become_one_as_far_as_their_precision_goes():
    chain = MarkovChain([[0.9, 0.1 + 4e-9], [0.5, 0.5]])
    np.testing.assert_allclose(chain.transition.sum(axis=1), 1, rtol=1e-15)
    with pytest.raises(ValueError, match=r"^transition must"):
        MarkovChain([[0.9, 0.1 + 2e-8], [0.5, 0.5]])
    single = MarkovChain(np.float32([[0.7, 0.3], [1 / 3, 2 / 3]]), initial=np.full(2, 0.5, np.float16))
    np.testing.assert_allclose(single.transition.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(single.transition, [[0.7, 0.3], [1 / 3, 2 / 3]], rtol=1e-6)
    with pytest.raises(ValueError, match=r"^transition must"):
        MarkovChain(np.float32([[0.7, 0.3001], [0.5, 0.5]]))


# degenerate cases


def test_one_state():
    chain = MarkovChain([[1.0]], ["only"])
    assert chain.stationary().tolist() == chain.stationary("iteration").tolist() == [1.0]
    assert (chain.period, chain.is_irreducible, chain.entropy_rate()) == (1, True, 0.0)
    np.testing.assert_array_equal(chain.sample(3, rng=np.random.default_rng(0)), [0, 0, 0])
    assert chain.path_probability(["only"]) == 1


def test_the_identity_never_moves():
    chain = MarkovChain(np.eye(3), "abc")
    np.testing.assert_array_equal(chain.n_step(9), np.eye(3))
    assert chain.closed_classes() == [("a",), ("b",), ("c",)]
    assert chain.period == 1
    for method in ("eigenvector", "iteration"):
        with pytest.raises(ValueError, match=r"one closed class .* got 3: \{a\}, \{b\}, \{c\}"):
            chain.stationary(method)
    with pytest.raises(ValueError, match="one closed class"):
        chain.entropy_rate()


def test_a_circle_of_three():
    assert (CYCLE.period, CYCLE.is_aperiodic, CYCLE.is_irreducible) == (3, False, True)
    np.testing.assert_allclose(CYCLE.stationary(), np.full(3, 1 / 3), rtol=1e-14)
    with pytest.raises(ValueError, match="cannot converge, as the chain has period 3"):
        CYCLE.stationary("iteration")
    np.testing.assert_array_equal(CYCLE.n_step(3), np.eye(3))
    assert CYCLE.entropy_rate() == 0
    np.testing.assert_array_equal(
        MarkovChain(CYCLE.transition, initial=[0, 1, 0]).sample(5, rng=np.random.default_rng(0)),
        [1, 2, 0, 1, 2],
    )


def test_sequences_of_length_one_tell_the_start_alone():
    chain = MarkovChain.from_sequences(["a", "b", "a", "ab", "ba"], states="ab")
    np.testing.assert_allclose(chain.initial, [0.6, 0.4], rtol=1e-15)
    assert chain.path_probability("a") == pytest.approx(0.6)
    assert chain.path_probability("a", given_first=True) == 1
    assert chain.path_log_probability("a", given_first=True) == 0
    with pytest.raises(ValueError, match="no transition from state 'a'"):
        MarkovChain.from_sequences(["a", "b"])


def test_an_impossible_path_and_a_very_long_one():
    assert CYCLE.path_probability("aa") == 0
    assert CYCLE.path_log_probability("aa") == -np.inf
    assert CYCLE.log_likelihood(["abc", "aa"]) == -np.inf
    long = [0, 1] * 2000
    assert SUNNY.path_probability(long) == 0  # too small for a float
    expected = np.log(0.5) + 2000 * np.log(0.1) + 1999 * np.log(0.5)
    assert SUNNY.path_log_probability(long) == pytest.approx(expected, rel=1e-12)


def test_a_state_that_is_left_for_good_has_no_share():
    chain = MarkovChain([[0.5, 0.5, 0], [0, 0.2, 0.8], [0, 0.4, 0.6]])
    np.testing.assert_allclose(chain.stationary(), [0, 1 / 3, 2 / 3], rtol=1e-14, atol=0)
    np.testing.assert_allclose(chain.stationary("iteration"), [0, 1 / 3, 2 / 3], rtol=0, atol=1e-12)


def test_a_slow_chain_stops_the_iteration():
    slow = MarkovChain([[1 - 1e-4, 1e-4], [2e-4, 1 - 2e-4]])
    np.testing.assert_allclose(slow.stationary(), [2 / 3, 1 / 3], rtol=1e-10)
    with pytest.raises(ValueError, match="within max_iterations=50 steps, got a change of"):
        slow.stationary("iteration", max_iterations=50)
    np.testing.assert_allclose(slow.stationary("iteration"), [2 / 3, 1 / 3], rtol=1e-6)


# bad input


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        ([[0.5, 0.5], [0.5, 0.43]], "^transition must"),
        ([[1.5, -0.5], [0.5, 0.5]], "^transition must"),
        ([[0.5, 0.5], [np.nan, 1]], "^transition must"),
        ([[0.5, 0.5]], "^transition must"),
        ([0.5, 0.5], "^transition must"),
        (1.0, "^transition must"),
        (np.zeros((0, 0)), "^transition must"),
        ([[1, 0], [1]], "^transition must"),
        ("ab", "^transition must"),
    ],
)
def test_bad_matrices_are_named(transition, message):
    with pytest.raises(ValueError, match=message):
        MarkovChain(transition)


@pytest.mark.parametrize(
    "function", [structure.communicating_classes, structure.closed_classes, structure.period]
)
@pytest.mark.parametrize("matrix", [[[0.5, 0.4], [0.5, 0.5]], [[0.5, 0.5]], 0.5])
def test_bad_matrices_are_named_by_the_functions_on_structure(function, matrix):
    with pytest.raises(ValueError, match="transition must have"):
        function(matrix)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"states": ["a"]}, "states must hold 2 names, got 1"),
        ({"states": ["a", "a"]}, "states must be different from each other, got 'a' at positions 0 and 1"),
        ({"states": [0, 1]}, "states must be strings, got 0 at position 0"),
        ({"initial": [0.5, 0.4]}, "^initial must"),
        ({"initial": [1.0]}, "^initial must"),
        ({"initial": [1.5, -0.5]}, "^initial must"),
        ({"initial": "foggy"}, r"initial must be a distribution or one of \('0', '1'\), got 'foggy'"),
    ],
)
def test_bad_states_and_starts_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        MarkovChain([[0.9, 0.1], [0.5, 0.5]], **arguments)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            ["sunny", "foggy"],
            "path must hold names among sunny, rainy, or indices from 0 to 1, got 'foggy' at position 1",
        ),
        ([0, 0, 2], "got 2 at position 2"),
        (np.array([0, -1]), "^path must"),
        ([True, False], "got True at position 0"),
        ([0.0, 1.0], "got 0.0 at position 0"),
        ([], "path must hold at least one element, got none"),
        (np.array([], dtype=int), "^path must"),
    ],
)
@pytest.mark.parametrize("method", ["path_probability", "path_log_probability", "decode_names"])
def test_bad_paths_are_named(method, path, message):
    with pytest.raises(ValueError, match=message):
        getattr(SUNNY, method)(path)


@pytest.mark.parametrize(
    ("sequences", "arguments", "message"),
    [
        ([], {}, "sequences must hold at least one sequence, got none"),
        (np.zeros((3, 1), dtype=int), {}, r"sequences must say what its only column is, got shape \(3, 1\)"),
        (["ab", ""], {}, "sequences must not be empty, got an empty one at position 1"),
        ("abab", {}, "sequences must be a list of sequences, got 'abab'"),
        ([0, 1, 0], {}, "sequences must be a list of sequences, got 0 at position 0"),
        (["ab", "bx"], {"states": "ab"}, r"sequences\[1\] must .* got 'x' at position 1"),
        ([["a", "b"], [0, 1]], {}, "names alone or numbers from 0 alone"),
        ([[-1, 0]], {}, "names alone or numbers from 0 alone"),
        (["aba"], {"smoothing": -1}, "^smoothing must"),
        (["aab"], {}, "no transition from state 'b'"),
        (["aba"], {"states": "abc"}, "no transition from state 'c'"),
    ],
)
def test_bad_sequences_are_named(sequences, arguments, message):
    with pytest.raises(ValueError, match=message):
        MarkovChain.from_sequences(sequences, **arguments)


@pytest.mark.parametrize(
    ("counts", "arguments", "message"),
    [
        ([[1, 2, 3], [4, 5, 6]], {}, "^counts must"),
        ([[1, -1], [1, 1]], {}, "counts must not be negative, got -1"),
        ([[1, np.inf], [1, 1]], {}, "^counts must"),
        ([[1, 1], [0, 0]], {"states": ["on", "off"]}, "no transition from state 'off'"),
        ([[1, 1], [1, 1]], {"smoothing": np.nan}, "^smoothing must"),
        ([[1, 1], [1, 1]], {"states": "abc"}, "states must hold 2 names, got 3"),
    ],
)
def test_bad_counts_are_named(counts, arguments, message):
    with pytest.raises(ValueError, match=message):
        MarkovChain.from_counts(counts, **arguments)


def test_smoothing_fills_an_empty_row():
    chain = MarkovChain.from_counts([[1, 1], [0, 0]], smoothing=0.5)
    np.testing.assert_array_equal(chain.transition, [[0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize("n", [-1, 1.5, True, "2"])
def test_bad_numbers_of_steps_are_named(n):
    for call in (SUNNY.n_step, SUNNY.distribution_after):
        with pytest.raises(ValueError, match=r"^n must"):
            call(n)


def test_bad_lengths_methods_and_settings_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^length must"):
        SUNNY.sample(0, rng=rng)
    with pytest.raises(ValueError, match=r"^n_sequences must"):
        SUNNY.sample(3, rng=rng, n_sequences=0)
    with pytest.raises(ValueError, match=r"^method must"):
        SUNNY.stationary("power")
    with pytest.raises(ValueError, match=r"^tolerance must"):
        SUNNY.stationary("iteration", tolerance=0)
    with pytest.raises(ValueError, match=r"^max_iterations must"):
        SUNNY.stationary("iteration", max_iterations=0)
