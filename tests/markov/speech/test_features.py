"""Frames, spectra, mel filters, cepstra and deltas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft, signal

from dlbook.markov.speech import (
    FrontEnd,
    cosine_transform,
    cut_frames,
    deltas,
    hz_to_mel,
    mel_filterbank,
    mel_to_hz,
    normalize_mean,
    power_spectra,
    pre_emphasize,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def tone(frequency, seconds=0.5, rate=8000):
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


# 1. numbers worked out by hand


def test_mel_of_known_frequencies():
    """2595 log10(2) = 781.17 at 700 Hz, and 2595 at 6300 Hz, where 1 + f / 700 is 10."""
    np.testing.assert_allclose(hz_to_mel([0, 700, 6300]), [0, 2595 * np.log10(2), 2595], rtol=1e-12)


def test_frames_by_hand():
    frames = cut_frames(np.arange(7), width=3, hop=2)
    np.testing.assert_array_equal(frames, [[0, 1, 2], [2, 3, 4], [4, 5, 6]])


def test_deltas_by_hand():
    """(1 (4 - 0) + 2 (9 - 0)) / (2 (1 + 4)) = 2.2 in the middle, with the ends repeated."""
    np.testing.assert_allclose(deltas([[0.0], [0.0], [1.0], [4.0], [9.0]])[2], [2.2], rtol=1e-12)


def test_the_number_of_frames_of_a_second():
    """(8000 - 200) / 80 + 1 = 98.5 frames of 25 ms, of which 98 are whole."""
    front_end = FrontEnd()
    assert (front_end.frame_samples, front_end.hop_samples) == (200, 80)
    assert front_end(tone(440, 1.0)).shape == (98, 26)


# 2. parity with SciPy


@pytest.mark.parametrize(("n_outputs", "n_inputs"), [(13, 23), (7, 7), (1, 5)])
def test_the_cosine_transform_equals_scipy(n_outputs, n_inputs):
    x = rng().normal(size=(4, n_inputs))
    expected = fft.dct(x, type=2, norm="ortho", axis=1)[:, :n_outputs]
    np.testing.assert_allclose(x @ cosine_transform(n_outputs, n_inputs).T, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("width", "n_fft"), [(200, 256), (200, 200), (37, 64), (200, None)])
def test_power_spectra_equal_scipy(width, n_fft):
    frames = rng().normal(size=(5, width))
    length = n_fft or 256
    window = signal.get_window("hamming", width, fftbins=False)
    expected = np.abs(fft.rfft(frames * window, length, axis=1)) ** 2 / length
    np.testing.assert_allclose(power_spectra(frames, n_fft), expected, rtol=1e-9, atol=1e-12)


def test_pre_emphasis_equals_scipy():
    x = rng().normal(size=50)
    np.testing.assert_allclose(pre_emphasize(x, 0.9), signal.lfilter([1, -0.9], [1], x), rtol=1e-12)


def test_deltas_are_slopes_of_fitted_lines():
    x = rng().normal(size=(20, 3))
    around = np.arange(-3, 4)
    expected = [np.polyfit(around, x[t - 3 : t + 4], 1)[0] for t in range(3, 17)]
    np.testing.assert_allclose(deltas(x, reach=3)[3:17], expected, rtol=1e-9, atol=1e-12)


def test_the_front_end_equals_its_steps_done_with_scipy():
    x = rng().normal(size=1000)
    y = signal.lfilter([1, -0.97], [1], x)
    frames = np.array([y[k : k + 200] for k in range(0, 801, 80)])
    window = signal.get_window("hamming", 200, fftbins=False)
    spectra = np.abs(fft.rfft(frames * window, 256, axis=1)) ** 2 / 256
    energies = np.log(spectra @ mel_filterbank(23, 256, 8000).T)
    cepstra = fft.dct(energies, type=2, norm="ortho", axis=1)[:, :13]
    front_end = FrontEnd(normalize=False, delta_orders=0)
    np.testing.assert_allclose(front_end.log_energies(x), energies, rtol=1e-9)
    np.testing.assert_allclose(front_end(x), cepstra, rtol=0, atol=1e-9)


# 3. what must always hold


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 80), st.integers(0, 100), st.integers(0, 10**6))
def test_parseval(width, zeros, seed):
    """The power over all frequencies, mirrored ones counted twice, is the energy of the windowed frame."""
    frames = rng(seed).normal(size=(3, width))
    length = width + zeros
    spectra = power_spectra(frames, length)
    twice = np.full(spectra.shape[1], 2.0)
    twice[0] = 1.0
    if length % 2 == 0:
        twice[-1] = 1.0
    np.testing.assert_allclose(spectra @ twice, ((frames * np.hamming(width)) ** 2).sum(axis=1), rtol=1e-9)


def test_mel_filters_share_every_frequency():
    """Between the first and the last centre the weights of all filters sum to 1."""
    filters = mel_filterbank(23, 512, 8000, low=100, high=3800)
    at = np.arange(257) * 8000 / 512
    corners = mel_to_hz(np.linspace(hz_to_mel(100), hz_to_mel(3800), 25))
    inside = (at >= corners[1]) & (at <= corners[-2])
    np.testing.assert_allclose(filters.sum(axis=0)[inside], 1, rtol=1e-9)
    assert (filters[:, (at < 100) | (at > 3800)] == 0).all()
    assert (filters >= 0).all()
    widths = (filters > 0).sum(axis=1)
    assert (np.diff(widths[::4]) > 0).all()  # wider and wider


@pytest.mark.parametrize("frequency", [250.0, 500.0, 1000.0, 2000.0, 3000.0])
def test_a_tone_lands_in_its_filter(frequency):
    front_end = FrontEnd()
    loudest = front_end.log_energies(tone(frequency)).mean(axis=0).argmax()
    centers = mel_to_hz(np.linspace(hz_to_mel(64), hz_to_mel(4000), 25))[1:-1]
    assert loudest == np.abs(hz_to_mel(centers) - hz_to_mel(frequency)).argmin()
    peak = front_end.spectrogram(tone(frequency)).mean(axis=0).argmax()
    assert front_end.frequencies[peak] == pytest.approx(frequency, abs=8000 / 256)


@given(st.lists(st.floats(0, 20000), min_size=1, max_size=9))
def test_mel_and_back(frequencies):
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(frequencies)), frequencies, rtol=1e-9, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 50), st.integers(0, 10**6))
def test_normalized_features_do_not_depend_on_the_volume(volume, seed):
    x = rng(seed).normal(size=900)
    front_end = FrontEnd(delta_orders=2)
    np.testing.assert_allclose(front_end(volume * x), front_end(x), rtol=0, atol=1e-8)
    np.testing.assert_allclose(front_end(x)[:, :13].mean(axis=0), 0, atol=1e-9)


def test_volume_moves_only_the_first_coefficient():
    x, front_end = rng().normal(size=900), FrontEnd(normalize=False, delta_orders=0)
    change = front_end(10 * x) - front_end(x)
    np.testing.assert_allclose(change[:, 0], np.sqrt(23) * np.log(100), rtol=1e-9)
    np.testing.assert_allclose(change[:, 1:], 0, atol=1e-9)


def test_a_filter_on_the_signal_is_taken_away_by_the_mean():
    x = rng().normal(size=8000)
    coloured = signal.lfilter([1.0, 0.6], [1.0], x)
    plain, normalized = (FrontEnd(normalize=flag, delta_orders=0) for flag in (False, True))
    far = np.abs(plain(coloured) - plain(x)).mean()
    near = np.abs(normalized(coloured) - normalized(x)).mean()
    assert near < far / 5


def test_digital_silence_has_finite_features():
    features = FrontEnd()(np.zeros(1000))
    np.testing.assert_allclose(features, 0, atol=1e-9)


def test_shapes_and_times():
    x = rng().normal(size=2000)
    for orders in (0, 1, 2):
        front_end = FrontEnd(n_coefficients=10, n_filters=20, delta_orders=orders)
        assert front_end(x).shape == (23, 10 * (orders + 1)) == (23, front_end.n_features)
    front_end = FrontEnd()
    assert front_end.spectrogram(x).shape == (23, 129)
    assert front_end.cepstra(x).shape == (23, 13)
    np.testing.assert_allclose(front_end.times(3), [0.0125, 0.0225, 0.0325], rtol=1e-12)
    assert front_end.boundary(1) == pytest.approx((0.0125 + 0.0225) / 2)
    assert FrontEnd()(x[:200]).shape == (1, 26)


def test_inputs_are_not_changed():
    x = rng().normal(size=500)
    before = x.copy()
    FrontEnd()(x)
    frames = cut_frames(x, 100, 50)
    frames[:] = 0
    np.testing.assert_array_equal(x, before)


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: FrontEnd()(np.zeros(199)),
            "samples must be at least one frame of 200 samples long, got 199",
        ),
        (lambda: FrontEnd()([0.0] * 300 + [np.nan]), r"^samples must"),
        (lambda: FrontEnd()(np.zeros((400, 2))), r"^samples must"),
        (lambda: FrontEnd()([]), r"^samples must"),
        (lambda: FrontEnd(sample_rate=16000), "n_fft must be a whole number of at least 400, got 256"),
        (lambda: FrontEnd(sample_rate=0), r"^sample_rate must"),
        (lambda: FrontEnd(hop=0), r"^hop must"),
        (lambda: FrontEnd(hop=1e-6), "frame and hop must hold at least two samples and one sample"),
        (lambda: FrontEnd(delta_orders=3), r"^delta_orders must"),
        (lambda: FrontEnd(n_coefficients=30), r"^n_coefficients must"),
        (lambda: FrontEnd(n_filters=120), r"of 120 filters number \d+ has none"),
        (lambda: FrontEnd(pre_emphasis=1.5), r"^pre_emphasis must"),
        (lambda: mel_filterbank(5, 256, 8000, low=3000, high=2000), "low and high must be 0 <= low < high"),
        (lambda: mel_filterbank(5, 256, 8000, high=5000), "high <= 4000 Hz, got 64.0 and 5000"),
        (lambda: hz_to_mel(-1), r"^frequency must"),
        (lambda: mel_to_hz([np.nan]), r"^mel must"),
        (lambda: power_spectra([[1.0, 2.0, 3.0]], 2), "n_fft must be a whole number of at least 3, got 2"),
        (
            lambda: power_spectra([1.0, 2.0]),
            r"frames must have shape \(n_frames, n_features\), got shape \(2,\)",
        ),
        (lambda: cut_frames([1.0, 2.0], 2, 0), "hop must be a whole number of at least 1, got 0"),
        (lambda: cut_frames([1.0, 2.0], 3, 1), "samples must hold at least 3 numbers, got 2"),
        (lambda: deltas(np.zeros((0, 3))), r"^features must"),
        (lambda: deltas([[np.inf]]), r"^features must"),
        (lambda: deltas([[1.0]], reach=0), "reach must be a whole number of at least 1, got 0"),
        (lambda: normalize_mean([1.0]), "features must have shape"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
