"""The acoustic model, its training, and both recognizers: against brute force, libraries and known words."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from dlbook.data.speech import (
    COMMANDS,
    Lexicon,
    command_phrases,
    random_speakers,
    record_phrases,
    record_words,
    synthesize,
)
from dlbook.markov.recursions import forward_recursion
from dlbook.markov.speech import (
    AcousticModel,
    BigramModel,
    ConnectedRecognizer,
    FrontEnd,
    IsolatedRecognizer,
    train_acoustic_model,
)
from dlbook.metrics import total_errors, word_errors
from dlbook.numerics import log_sum_exp

LEXICON = Lexicon({"ab": "A B", "ba": "B A", "cab": "C A B"})


def rng(seed=0):
    return np.random.default_rng(seed)


def random_model(seed, sizes=(1, 1, 2, 1), n_components=2, n_features=3):
    """A model of silence, A, B and C with distinct random numbers."""
    draw, count = rng(seed), sum(sizes)
    weights = draw.uniform(0.2, 1, size=(count, n_components))
    return AcousticModel(
        ("SIL", "A", "B", "C"),
        sizes,
        draw.uniform(0.2, 0.8, size=count),
        weights / weights.sum(axis=1, keepdims=True),
        draw.normal(size=(count, n_components, n_features)),
        draw.uniform(0.4, 2.0, size=(count, n_components, n_features)),
    )


def densities(model, x):
    """Log densities of all states, with SciPy."""
    result = np.zeros((len(x), model.n_states))
    for k in range(model.n_states):
        result[:, k] = np.log(
            sum(
                w * multivariate_normal(m, np.diag(v)).pdf(x).reshape(len(x))
                for w, m, v in zip(model.weights[k], model.means[k], model.variances[k], strict=True)
            )
        )
    return result


def walks(n_frames, n_states):
    """How many frames each state of a chain gets, in all possible ways."""
    for cuts in itertools.combinations(range(1, n_frames), n_states - 1):
        yield np.diff([0, *cuts, n_frames])


def walk_scores(model, b, states):
    """Log probability of every way through a chain of states."""
    for counts in walks(len(b), len(states)):
        path = np.repeat(states, counts)
        stays = ((counts - 1) * np.log(model.stay[states])).sum()
        yield b[np.arange(len(b)), path].sum() + stays + np.log1p(-model.stay[states]).sum(), path


# the acoustic model: by hand, brute force, libraries


def test_a_chain_by_hand():
    """Two states that stay with 0.5 and explain every frame with density 1/sqrt(2 pi): C(2, 1) walks."""
    model = AcousticModel(
        ("SIL", "A"), (1, 1), np.full(2, 0.5), np.ones((2, 1)), np.zeros((2, 1, 1)), np.ones((2, 1, 1))
    )
    expected = np.log(2) + 3 * np.log(0.5) - 1.5 * np.log(2 * np.pi)
    assert model.score(np.zeros((3, 1)), ["SIL", "A"]) == pytest.approx(expected, rel=1e-12)


def test_densities_equal_scipy():
    model, x = random_model(1), rng(2).normal(size=(6, 3))
    np.testing.assert_allclose(model.log_likelihoods(x), densities(model, x), rtol=1e-9)


@pytest.mark.parametrize("units", [["A"], ["SIL", "B", "SIL"], ["C", "A", "B"], ["A", "A"]])
def test_the_score_equals_the_sum_over_all_walks(units):
    model, x = random_model(3), rng(4).normal(size=(7, 3))
    scores = [score for score, _ in walk_scores(model, densities(model, x), model.chain(units))]
    assert model.score(x, units) == pytest.approx(np.logaddexp.reduce(scores), rel=1e-10)


def test_the_score_equals_the_general_forward_recursion():
    model, x = random_model(5), rng(6).normal(size=(11, 3))
    states = model.chain(["SIL", "C", "A", "B"])
    count = len(states)
    with np.errstate(divide="ignore"):
        transition = np.log(np.diag(model.stay[states]) + np.diag(1 - model.stay[states[:-1]], 1))
        start = np.log(np.eye(count)[0])
    alpha = forward_recursion(start, transition, model.log_likelihoods(x)[:, states])
    expected = alpha[-1, -1] + np.log1p(-model.stay[states[-1]])
    assert model.score(x, ["SIL", "C", "A", "B"]) == pytest.approx(float(expected), rel=1e-10)


def test_the_score_equals_hmmlearn():
    """One more state, which the last frame alone can come from, stands for the end of the chain."""
    hmm = pytest.importorskip("hmmlearn.hmm")
    model, x = random_model(7, n_components=1), rng(8).normal(size=(9, 3))
    states = model.chain(["SIL", "B", "A"])
    count = len(states)
    other = hmm.GaussianHMM(count + 1, "diag", init_params="")
    other.startprob_ = np.eye(count + 1)[0]
    other.transmat_ = np.diag([*model.stay[states], 1.0]) + np.diag(1 - model.stay[states], 1)
    end = np.full(3, 60.0)
    other.means_ = np.vstack([model.means[states, 0], end])
    other.covars_ = np.vstack([model.variances[states, 0], np.ones(3)])
    expected = other.score(np.vstack([x, end])) + 1.5 * np.log(2 * np.pi)
    assert model.score(x, ["SIL", "B", "A"]) == pytest.approx(expected, rel=1e-9)


def test_a_chain_is_a_hidden_markov_model_of_the_chapter():
    """Where the last state never ends, only paths that reach it count, and they need not leave it."""
    model, x = random_model(9), rng(10).normal(size=(8, 3))
    chain = model.hmm(["SIL", "B", "A"])
    assert chain.n_states == 4
    assert list(chain.states) == ["SIL", "B 1", "B 2", "A"]
    stay = model.stay.copy()
    stay[model.states_of("A")] = 1 - 1e-9
    endless = AcousticModel(model.units, model.sizes, stay, model.weights, model.means, model.variances)
    expected = endless.score(x, ["SIL", "B", "A"]) - np.log(1e-9)
    assert chain.forward(x, "log").alpha[-1, -1] == pytest.approx(expected, rel=1e-7)
    repeated = model.hmm(["SIL", "C", "SIL"])
    assert list(repeated.states) == ["SIL (1)", "C", "SIL (2)"]


def test_too_few_frames_are_impossible():
    assert random_model(0).score(np.zeros((2, 3)), ["SIL", "B"]) == -np.inf
    assert np.isfinite(random_model(0).score(np.zeros((3, 3)), ["SIL", "B"]))


# training


def recordings(seed=0, n_each=4, levels=(("ab", "A B"), ("ba", "B A"), ("cab", "C A B"))):
    """Noisy steps: silence at 0, A at 3, B at -3, C at (3, -3)."""
    draw = rng(seed)
    place = {"SIL": (0, 0), "A": (3, 3), "B": (-3, -3), "C": (3, -3)}
    data, words = [], []
    for word, units in levels:
        for _ in range(n_each):
            parts = [
                np.tile(place[unit], (int(draw.integers(4, 9)), 1)) for unit in ("SIL", *units.split(), "SIL")
            ]
            x = np.concatenate(parts)
            data.append(x + 0.8 * draw.normal(size=x.shape))
            words.append(word)
    return data, words


def test_training_finds_the_units():
    fit = train_acoustic_model(*recordings(), LEXICON, states_per_unit=1, doublings=0, n_iterations=10)
    assert fit.model.units == ("SIL", "A", "B", "C")
    np.testing.assert_allclose(fit.model.means[:, 0], [[0, 0], [3, 3], [-3, -3], [3, -3]], atol=0.35)
    np.testing.assert_allclose(fit.model.variances, 0.64, atol=0.35)
    mean_length = 1 / (1 - fit.model.stay)
    np.testing.assert_allclose(mean_length, 6, atol=0.8)


def test_one_iteration_equals_sums_over_all_walks():
    draw = rng(11)
    data = [draw.normal(size=(n, 2)) for n in (6, 7, 5)]
    words = ["ab", "ba", "ab"]
    lexicon = Lexicon({"ab": "A B", "ba": "B A"})
    first = train_acoustic_model(data, words, lexicon, states_per_unit=1, doublings=0, n_iterations=1)
    start = flat_start(data, [[0, 1, 2, 0] if word == "ab" else [0, 2, 1, 0] for word in words])
    counts, sums, squares, stays = np.zeros(3), np.zeros((3, 2)), np.zeros((3, 2)), np.zeros(3)
    total = 0.0
    for x, word in zip(data, words, strict=True):
        states = start.chain(["SIL", *lexicon.spell(word), "SIL"])
        ways = list(walk_scores(start, densities(start, x), states))
        evidence = np.logaddexp.reduce([score for score, _ in ways])
        total += evidence
        for (score, path), lengths in zip(ways, walks(len(x), len(states)), strict=True):
            share = np.exp(score - evidence)
            np.add.at(counts, path, share)
            np.add.at(sums, path, share * x)
            np.add.at(squares, path, share * x**2)
            np.add.at(stays, states, share * (lengths - 1))
    assert first.log_likelihoods[0] == pytest.approx(total, rel=1e-10)
    means = sums / counts[:, None]
    np.testing.assert_allclose(first.model.means[:, 0], means, rtol=1e-9)
    np.testing.assert_allclose(first.model.variances[:, 0], squares / counts[:, None] - means**2, rtol=1e-8)
    np.testing.assert_allclose(first.model.stay, stays / counts, rtol=1e-9)


def flat_start(data, chains):
    """Frames shared evenly among the states of each chain."""
    frames, owners, visits = np.concatenate(data), [], np.zeros(3)
    for x, chain in zip(data, chains, strict=True):
        owners += [chain[t * len(chain) // len(x)] for t in range(len(x))]
        np.add.at(visits, chain, 1)
    owners = np.array(owners)
    parts = [frames[owners == k] for k in range(3)]
    return AcousticModel(
        ("SIL", "A", "B"),
        (1, 1, 1),
        1 - visits / np.array([len(part) for part in parts]),
        np.ones((3, 1)),
        np.array([[part.mean(axis=0)] for part in parts]),
        np.array([[part.var(axis=0)] for part in parts]),
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.integers(0, 2))
def test_the_likelihood_never_falls(seed, states_per_unit, doublings):
    fit = train_acoustic_model(
        *recordings(seed), LEXICON, states_per_unit=states_per_unit, doublings=doublings, n_iterations=5
    )
    assert len(fit.log_likelihoods) == 5 * (doublings + 1) + 1
    assert fit.splits == tuple(5 * (k + 1) for k in range(doublings))
    rises = np.diff(fit.log_likelihoods)
    split = np.array(fit.splits, dtype=int) - 1
    assert np.delete(rises, split).min() >= -1e-7 * abs(fit.log_likelihoods[0])
    assert fit.model.n_components == 2**doublings


def test_the_order_of_the_recordings_does_not_matter():
    data, words = recordings()
    fit = train_acoustic_model(data, words, LEXICON, n_iterations=3)
    turned = train_acoustic_model(data[::-1], words[::-1], LEXICON, n_iterations=3)
    np.testing.assert_allclose(fit.model.means, turned.model.means, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(fit.log_likelihoods, turned.log_likelihoods, rtol=1e-9)


# isolated words


def test_scores_are_likelihood_plus_prior():
    model, x = random_model(12), rng(13).normal(size=(9, 3))
    priors = {"ba": 0.5, "ab": 0.2, "cab": 0.3}
    recognizer = IsolatedRecognizer(model, LEXICON, priors)
    expected = [
        model.score(x, ("SIL", *LEXICON.spell(w), "SIL")) + np.log(priors[w]) for w in ("ab", "ba", "cab")
    ]
    np.testing.assert_allclose(recognizer.scores(x), expected, rtol=1e-10)
    assert recognizer.recognize(x) == LEXICON.words[int(np.argmax(expected))]
    posteriors = np.exp(expected - log_sum_exp(expected))
    np.testing.assert_allclose(recognizer.posteriors(x), posteriors, rtol=1e-9)


def test_a_prior_decides_between_equals():
    twins = Lexicon({"won": "A B", "one": "A B"})
    model, x = random_model(14), rng(15).normal(size=(8, 3))
    assert IsolatedRecognizer(model, twins).recognize(x) == "won"
    assert IsolatedRecognizer(model, twins, {"won": 0.1, "one": 0.9}).recognize(x) == "one"


def test_a_word_with_too_many_states_is_impossible():
    scores = IsolatedRecognizer(random_model(0), LEXICON).scores(np.zeros((5, 3)))
    assert np.isfinite(scores[:2]).all()
    assert scores[2] == -np.inf


# phrases


def phrase_scores(recognizer, x, words):
    """Scores of a phrase for all ways to put pauses and limits, without any dynamic programming."""
    model, pause = recognizer.model, recognizer.pause_probability
    b = densities(model, x)
    constant = recognizer.language_weight * recognizer.language.log_probability(words)
    constant += recognizer.insertion_penalty * len(words)
    for pauses in itertools.product([False, True], repeat=len(words) + 1):
        if not words and not pauses[0]:
            continue
        units = ["SIL"] if pauses[0] else []
        extra = np.log(pause if pauses[0] else 1 - pause)
        for word, silent in zip(words, pauses[1:], strict=True):
            units += [*recognizer.lexicon.spell(word), *(["SIL"] if silent else [])]
            extra += np.log(pause if silent else 1 - pause)
        for score, path in walk_scores(model, b, model.chain(units)):
            yield score + constant + extra, path


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("weight", "penalty"), [(1.0, 0.0), (2.5, -0.7)])
def test_decoding_equals_trying_all_phrases(seed, weight, penalty):
    lexicon = Lexicon({"ab": "A B", "c": "C C"})
    model, x = random_model(seed, sizes=(1, 1, 1, 1)), 1.5 * rng(seed + 50).normal(size=(6, 3))
    language = BigramModel(["c", "ab"], rng(seed).uniform(0, 4, size=(3, 3)))
    recognizer = ConnectedRecognizer(
        model, lexicon, language, language_weight=weight, insertion_penalty=penalty, pause_probability=0.3
    )
    best = {
        words: max(phrase_scores(recognizer, x, words), key=lambda way: way[0])
        for n in range(4)
        for words in itertools.product(lexicon.words, repeat=n)
    }
    winner = max(best, key=lambda words: best[words][0])
    heard = recognizer.decode(x)
    assert heard.words == winner
    assert heard.score == pytest.approx(best[winner][0], rel=1e-9)
    np.testing.assert_array_equal(heard.states, best[winner][1])
    for words, (score, path) in best.items():
        aligned = recognizer.align(x, words)
        assert aligned.score == pytest.approx(score, rel=1e-9)
        assert aligned.score <= heard.score + 1e-9
        np.testing.assert_array_equal(aligned.states, path)
    assert heard.language == pytest.approx(language.log_probability(winner), rel=1e-9)
    parts = heard.acoustic + weight * heard.language + penalty * len(heard.words)
    assert parts == pytest.approx(heard.score, rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 25))
def test_frames_of_words_and_units_fit_together(seed, n_frames):
    model, x = random_model(seed), 2 * rng(seed).normal(size=(n_frames, 3))
    heard = ConnectedRecognizer(model, LEXICON).decode(x)
    assert heard.unit_frames[0][1] == 0
    assert heard.unit_frames[-1][2] == n_frames
    for before, after in itertools.pairwise(heard.unit_frames):
        assert before[2] == after[1]
    for unit, first, last in heard.unit_frames:
        assert set(heard.states[first:last]) == set(model.states_of(unit))
    assert tuple(word for word, _, _ in heard.word_frames) == heard.words
    for word, first, last in heard.word_frames:
        inside = [unit for unit, a, b in heard.unit_frames if first <= a and b <= last]
        assert tuple(inside) == LEXICON.spell(word)


def test_a_word_may_follow_itself():
    model = train_acoustic_model(*recordings(), LEXICON, states_per_unit=2, n_iterations=6).model
    steps = [(0, 0), (3, 3), (-3, -3), (3, 3), (-3, -3), (0, 0), (3, 3), (-3, -3)]
    x = np.repeat(np.array(steps, dtype=float), 5, axis=0) + 0.3 * rng().normal(size=(40, 2))
    heard = ConnectedRecognizer(model, LEXICON).decode(x)
    assert heard.words == ("ab", "ab", "ab")
    assert [limits[1:] for limits in heard.word_frames] == [(5, 15), (15, 25), (30, 40)]


def test_silence_has_no_words():
    model = train_acoustic_model(*recordings(), LEXICON, states_per_unit=2, n_iterations=6).model
    heard = ConnectedRecognizer(model, LEXICON).decode(0.3 * rng().normal(size=(30, 2)))
    assert heard.words == ()
    assert heard.word_frames == ()
    assert heard.unit_frames == (("SIL", 0, 30),)


def test_the_language_model_decides_between_equals():
    twins = Lexicon({"two": "A B", "too": "A B", "go": "B A"})
    model = train_acoustic_model(*recordings(), LEXICON, states_per_unit=2, n_iterations=6).model
    x = np.repeat(
        np.array([(0, 0), (-3, -3), (3, 3), (0, 0), (3, 3), (-3, -3), (0, 0)], dtype=float), 5, axis=0
    )
    language = BigramModel.fit(["go two", "too"], twins.words)
    assert ConnectedRecognizer(model, twins, language).decode(x).words == ("go", "two")
    assert ConnectedRecognizer(model, twins, language).decode(x[20:]).words == ("too",)


def test_an_insertion_penalty_removes_words():
    model, x = random_model(20), 2 * rng(21).normal(size=(40, 3))
    counts = [
        len(ConnectedRecognizer(model, LEXICON, insertion_penalty=p).decode(x).words) for p in (5, 0, -5, -50)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


# the whole way from sound to words, with unseen speakers


@pytest.fixture(scope="module")
def trained():
    draw, front_end = rng(7), FrontEnd()
    said = record_words(random_speakers(4, rng=draw), rng=draw, repetitions=2)
    said = [utterance.with_noise(draw.uniform(10, 30), rng=draw) for utterance in said]
    fit = train_acoustic_model([front_end(u.samples) for u in said], [u.text[0] for u in said], COMMANDS)
    return fit.model, front_end, random_speakers(3, rng=draw)


def test_single_words_of_unseen_speakers_are_recognized(trained):
    model, front_end, speakers = trained
    said = record_words(speakers, rng=rng(8), repetitions=2, snr=20)
    recognizer = IsolatedRecognizer(model, COMMANDS)
    right = np.mean([recognizer.recognize(front_end(u.samples)) == u.text[0] for u in said])
    assert right > 0.85
    noisy = [u.with_noise(-5, rng=rng(k)) for k, u in enumerate(said)]
    lost = np.mean([recognizer.recognize(front_end(u.samples)) == u.text[0] for u in noisy])
    assert lost < right - 0.2


def test_phrases_of_unseen_speakers_are_recognized_better_with_a_language_model(trained):
    model, front_end, speakers = trained
    said = record_phrases(command_phrases(25, rng=rng(9)), speakers, rng=rng(10), snr=9)
    language = BigramModel.fit(command_phrases(300, rng=rng(11)), COMMANDS.words)
    features = [front_end(u.samples) for u in said]
    rates = []
    for chosen in (None, language):
        recognizer = ConnectedRecognizer(model, COMMANDS, chosen, language_weight=8)
        heard = [recognizer.decode(x) for x in features]
        rates.append(
            total_errors([word_errors(u.text, h.words) for u, h in zip(said, heard, strict=True)]).rate
        )
    assert rates[1] < rates[0]
    assert rates[1] < 0.3


def test_alignment_finds_the_true_times(trained):
    model, front_end, speakers = trained
    said = record_phrases(command_phrases(10, rng=rng(12)), speakers, rng=rng(13), snr=25)
    recognizer = ConnectedRecognizer(model, COMMANDS)
    misses = []
    for utterance in said:
        found = recognizer.align(front_end(utterance.samples), utterance.text)
        assert found.words == utterance.text
        times = found.word_times(front_end)
        misses += [abs(f.start - w.start) for f, w in zip(times, utterance.words, strict=True)]
        assert found.unit_times(front_end)[0].label in ("SIL", COMMANDS.spell(utterance.text[0])[0])
    assert np.median(misses) < 0.04


def test_a_word_that_was_never_recorded_is_recognized_by_its_spelling(trained):
    model, front_end, speakers = trained
    larger = COMMANDS.extended({"ten": "T EH N", "nine": "N AY N"})
    recognizer = IsolatedRecognizer(model, larger)
    said = [
        synthesize(word, speaker, rng=rng(k), lexicon=larger, snr=25)
        for k, (word, speaker) in enumerate(itertools.product(["ten", "nine"] * 3, speakers))
    ]
    assert np.mean([recognizer.recognize(front_end(u.samples)) == u.text[0] for u in said]) > 0.5


# bad input


def model_with(**changes):
    model = random_model(0)
    names = ("units", "sizes", "stay", "weights", "means", "variances")
    return AcousticModel(**{name: changes.get(name, getattr(model, name)) for name in names})


TINY = random_model(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model_with(units=("SIL", "A", "B", "B")), "units must be different names, as many as sizes"),
        (lambda: model_with(units=("X", "A", "B", "C")), "units must contain SIL, got X, A, B, C"),
        (lambda: model_with(sizes=(1, 1, 0, 3)), r"^sizes must"),
        (lambda: model_with(stay=np.ones(5)), "stay must be 5 probabilities between 0 and 1"),
        (lambda: model_with(weights=np.ones((5, 2))), "weights must have rows that sum to 1"),
        (lambda: model_with(weights=np.ones((4, 2))), r"weights must have shape \(5, n_components\)"),
        (lambda: model_with(means=np.zeros((5, 1, 3))), r"^means must"),
        (
            lambda: model_with(variances=np.zeros((5, 2, 3))),
            r"^variances must",
        ),
        (lambda: TINY.states_of("D"), "unit must be one of SIL, A, B, C, got 'D'"),
        (lambda: TINY.chain([]), r"units must be a sequence of at least one name, got \[\]"),
        (lambda: TINY.chain("A"), "units must be a sequence of at least one name, got 'A'"),
        (lambda: TINY.score(np.zeros((4, 2)), ["A"]), r"features must have shape \(n_frames, 3\), got shape"),
        (lambda: TINY.score([[0, 0, np.nan]], ["A"]), r"^features must"),
        (lambda: train_acoustic_model([], [], LEXICON), "recordings and words must be equally many"),
        (lambda: train_acoustic_model([np.zeros((9, 1))], ["x", "y"], LEXICON), "got 1 and 2"),
        (lambda: train_acoustic_model([np.zeros((9, 1))], ["x"], LEXICON), "words must be among ab, ba, cab"),
        (lambda: train_acoustic_model([np.zeros((9, 1))], ["ab"], LEXICON), "got none with 'C'"),
        (
            lambda: train_acoustic_model([np.zeros((9, 1))], ["cab"], LEXICON),
            r"recordings\[0\] must have at least 11 frames, one for each state of 'cab', got 9",
        ),
        (
            lambda: train_acoustic_model([np.zeros((9, 1)), np.zeros((9, 2))], ["ab", "cab"], LEXICON),
            r"equally many features, got others in recordings\[1\]",
        ),
        (lambda: train_acoustic_model([[[np.nan]]], ["ab"], LEXICON), r"recordings\[0\] must be finite"),
        (
            lambda: train_acoustic_model(*recordings(), LEXICON, doublings=-1),
            "doublings must be a whole number",
        ),
        (
            lambda: train_acoustic_model(*recordings(), LEXICON, n_iterations=0),
            "n_iterations must be a whole",
        ),
        (lambda: IsolatedRecognizer(TINY, COMMANDS), "unit must be one of SIL, A, B, C, got 'G'"),
        (
            lambda: IsolatedRecognizer(TINY, LEXICON, {"ab": 1.0}),
            "priors must name the words ab, ba, cab, got ab",
        ),
        (
            lambda: IsolatedRecognizer(TINY, LEXICON, {"ab": 0.5, "ba": 0.1, "cab": 0.1}),
            r"^priors must",
        ),
        (
            lambda: IsolatedRecognizer(TINY, LEXICON).recognize(np.zeros((4, 3))),
            "features must have at least 5 frames, one for each state of the shortest word, got 4",
        ),
        (lambda: IsolatedRecognizer(TINY, LEXICON).scores([[np.inf] * 3] * 9), "features must be finite"),
        (lambda: ConnectedRecognizer(TINY, Lexicon({"a": "A"})), "at least two states, got one for 'a'"),
        (
            lambda: ConnectedRecognizer(TINY, LEXICON, BigramModel.uniform(["ab"])),
            r"language must have the words of the lexicon \(ab, ba, cab\), got ab",
        ),
        (lambda: ConnectedRecognizer(TINY, LEXICON, language_weight=-1), r"^language_weight must"),
        (
            lambda: ConnectedRecognizer(TINY, LEXICON, insertion_penalty=np.nan),
            r"^insertion_penalty must",
        ),
        (
            lambda: ConnectedRecognizer(TINY, LEXICON, pause_probability=1),
            r"^pause_probability must",
        ),
        (lambda: ConnectedRecognizer(TINY, LEXICON).decode([[0.0, np.nan, 0.0]]), r"^features must"),
        (lambda: ConnectedRecognizer(TINY, LEXICON).decode([]), "features must have shape"),
        (lambda: ConnectedRecognizer(TINY, LEXICON).align(np.zeros((9, 3)), "fly"), "words must be among ab"),
        (
            lambda: ConnectedRecognizer(TINY, LEXICON).align(np.zeros((3, 3)), "ab ba"),
            "no path fits 3 frames",
        ),
        (
            lambda: ConnectedRecognizer(
                TINY, LEXICON, BigramModel.fit(["ab", "ba", "cab"], smoothing=0)
            ).align(np.zeros((30, 3)), "ab ba"),
            "the words a probability above 0",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
