"""Sources, filters, noise, speakers and the generated speech itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal as reference

from dlbook.data.speech import (
    COMMANDS,
    PETERSON_BARNEY,
    PHONES,
    SAMPLE_RATE,
    Lexicon,
    Speaker,
    add_noise,
    antiresonate,
    coloured_noise,
    formant_targets,
    glottal_pulses,
    random_speaker,
    random_speakers,
    record_phrases,
    record_words,
    resonate,
    synthesize,
    voice_ratio,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def power(samples):
    return float((samples**2).mean())


def cut(utterance, segment):
    return utterance.samples[round(segment.start * SAMPLE_RATE) : round(segment.end * SAMPLE_RATE)]


def band(samples, low, high):
    """Power between two frequencies in decibels."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 4096)) ** 2
    at = np.fft.rfftfreq(4096, 1 / SAMPLE_RATE)
    return 10 * np.log10(spectrum[(at >= low) & (at < high)].mean())


def sustained(vowel, voice="man", **speaker):
    """The middle of a long vowel."""
    lexicon = Lexicon({"long": [vowel] * 4})
    said = synthesize("long", Speaker("x", voice, **speaker), rng=rng(), lexicon=lexicon)
    middle = cut(said, said.words[0])
    return middle[len(middle) // 4 : -len(middle) // 4]


# 1. numbers worked out by hand


def test_a_resonator_by_hand():
    """With F = fs / 4 the cosine is 0: b = 0, c = -r^2, a = 1 + r^2; here r^2 = 1/4."""
    width = SAMPLE_RATE * np.log(2) / np.pi  # r = 1/2
    ringing = resonate([1.0, 0, 0, 0, 0], 2000, width, SAMPLE_RATE)
    np.testing.assert_allclose(ringing, [1.25, 0, -0.3125, 0, 0.078125], rtol=0, atol=1e-12)


def test_pulses_come_once_a_period():
    pulses = glottal_pulses(np.full(800, 100.0), 8000, rng=rng(), jitter=0)
    places = np.flatnonzero(pulses)
    np.testing.assert_array_equal(places, np.arange(79, 800, 80))
    np.testing.assert_allclose(pulses[places], np.sqrt(80), rtol=1e-12)


def test_a_pulse_between_two_samples_is_shared():
    pulses = glottal_pulses(np.full(8000, 110.0), 8000, rng=rng(), jitter=0)
    assert len(np.flatnonzero(pulses)) > 150
    assert pulses.sum() == pytest.approx(110 * np.sqrt(8000 / 110), rel=1e-9)


def test_the_formants_of_heed_and_who_d_are_the_measured_ones():
    assert PETERSON_BARNEY["man"]["IY"] == (136, 270, 2290, 3010)
    assert formant_targets(PHONES["UW"], "woman").tolist() == [[370, 950, 2670]]
    np.testing.assert_array_equal(voice_ratio("man"), [1, 1, 1])


# 2. parity with SciPy


@pytest.mark.parametrize(("center", "width"), [(270.0, 60.0), (2290.0, 90.0), (0.0, 100.0), (3999.0, 700.0)])
def test_a_fixed_resonator_equals_scipy(center, width):
    x = rng().normal(size=701)
    radius = np.exp(-np.pi * width / SAMPLE_RATE)
    b, c = 2 * radius * np.cos(2 * np.pi * center / SAMPLE_RATE), -(radius**2)
    expected = reference.lfilter([1 - b - c], [1, -b, -c], x)
    np.testing.assert_allclose(resonate(x, center, width, SAMPLE_RATE), expected, rtol=1e-9, atol=1e-12)
    back = reference.lfilter([1, -b, -c], [1 - b - c], x)
    np.testing.assert_allclose(antiresonate(x, center, width, SAMPLE_RATE), back, rtol=1e-9, atol=1e-12)


def test_a_moving_resonator_equals_the_difference_equation():
    x, center = rng().normal(size=90), np.linspace(300, 2500, 90)
    width = np.linspace(50, 300, 90)
    expected = np.zeros(92)
    for t in range(90):
        r = np.exp(-np.pi * width[t] / SAMPLE_RATE)
        b, c = 2 * r * np.cos(2 * np.pi * center[t] / SAMPLE_RATE), -(r**2)
        expected[t + 2] = (1 - b - c) * x[t] + b * expected[t + 1] + c * expected[t]
    np.testing.assert_allclose(resonate(x, center, width, SAMPLE_RATE), expected[2:], rtol=1e-10)


# 3. what the sounds are like


def test_vowels_have_their_energy_at_their_formants():
    iy, aa, uw = (sustained(vowel) for vowel in ("IY", "AA", "UW"))
    assert band(iy, 2000, 3300) > band(iy, 900, 1700) + 10
    assert band(aa, 600, 1300) > band(aa, 1700, 2200) + 15
    assert band(uw, 200, 1000) > band(uw, 1500, 3900) + 20


def test_hisses_are_high_and_nasals_low():
    s, n = sustained("S"), sustained("N")
    assert band(s, 3200, 4000) > band(s, 200, 2000) + 10
    assert band(n, 100, 500) > band(n, 1000, 4000) + 20


def test_a_shorter_tract_has_higher_formants():
    def center(samples):
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        at = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
        chosen = (at > 800) & (at < 3900)
        return (spectrum[chosen] * at[chosen]).sum() / spectrum[chosen].sum()

    long, short = (sustained("EH", tract=tract) for tract in (1.15, 0.9))
    assert center(short) > 1.1 * center(long)


@pytest.mark.parametrize("pitch", [100.0, 160.0, 230.0])
def test_the_pitch_is_that_of_the_speaker(pitch):
    vowel = sustained("AA", pitch=pitch)
    period = reference.correlate(vowel, vowel)[len(vowel) - 1 :]
    shortest = int(SAMPLE_RATE / 400)
    lag = shortest + int(period[shortest : int(SAMPLE_RATE / 60)].argmax())
    assert SAMPLE_RATE / lag == pytest.approx(pitch, rel=0.15)


def test_pauses_are_quiet():
    said = synthesize("go left", Speaker("x"), rng=rng(1), pause=(0.3, 0.3))
    gaps = [segment for segment in said.phones if segment.label == "SIL"]
    assert len(gaps) == 3
    vowels = min(power(cut(said, segment)) for segment in said.phones if segment.label in ("OW", "EH"))
    for gap in gaps:
        middle = cut(said, gap)[100:-100]
        assert 10 * np.log10(power(middle) / vowels) < -20


def test_stops_are_silent_before_their_burst():
    said = synthesize("up", Speaker("x"), rng=rng(2))
    stop = cut(said, said.phones[2])
    closure, release = stop[200 : len(stop) // 2], stop[len(stop) // 2 :]
    assert power(release) > 10 * power(closure)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(COMMANDS.words), min_size=1, max_size=3), st.integers(0, 10**6))
def test_labels_cover_the_sound(words, seed):
    said = synthesize(words, random_speaker(rng=rng(seed)), rng=rng(seed + 1))
    assert said.text == tuple(words)
    assert np.isfinite(said.samples).all()
    assert np.abs(said.samples).max() <= 1
    assert said.phones[0].start == 0
    assert said.phones[-1].end == pytest.approx(said.duration, abs=1e-9)
    for before, after in zip(said.phones, said.phones[1:], strict=False):
        assert before.end == after.start
        assert before.start < before.end
    spoken = [segment.label for segment in said.phones if segment.label != "SIL"]
    assert spoken == [phone for word in words for phone in COMMANDS.spell(word)]
    for word in said.words:
        inside = [p.label for p in said.phones if word.start - 1e-9 <= p.start and p.end <= word.end + 1e-9]
        assert tuple(p for p in inside if p != "SIL") == COMMANDS.spell(word.label)


def test_the_seed_decides_everything():
    first, second, other = (synthesize("go", Speaker("x"), rng=rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.samples, second.samples)
    assert first.phones == second.phones
    assert len(other.samples) != len(first.samples) or (other.samples != first.samples).any()


@pytest.mark.parametrize("word", sorted({*COMMANDS.words}))
def test_every_phone_can_be_said_alone_and_in_a_word(word):
    for unit in COMMANDS.spell(word):
        alone = synthesize("it", Speaker("x"), rng=rng(), lexicon=Lexicon({"it": [unit]}))
        assert power(cut(alone, alone.words[0])) > 2 * power(cut(alone, alone.phones[0]))


def test_every_phone_of_the_inventory_can_be_synthesized():
    everything = Lexicon({"all": list(PHONES)})
    said = synthesize("all", Speaker("x", "woman", pitch=210), rng=rng(), lexicon=everything)
    assert [p.label for p in said.phones][1:-1] == list(PHONES)


def test_rate_and_margin_change_the_length():
    slow, fast = (synthesize("stop", Speaker("x", rate=rate), rng=rng()) for rate in (0.8, 1.6))
    length = [said.words[0].end - said.words[0].start for said in (slow, fast)]
    assert length[0] == pytest.approx(2 * length[1], rel=0.01)
    bare = synthesize("stop", Speaker("x"), rng=rng(), margin=(0, 0))
    assert [p.label for p in bare.phones] == ["S", "T", "AA", "P"]


# noise


@pytest.mark.parametrize("snr", [-5.0, 0.0, 12.5, 30.0])
def test_noise_has_the_wanted_power(snr):
    x = 0.05 * rng().normal(size=4000)
    speech = np.arange(4000) < 1000
    noisy = add_noise(x, snr, rng=rng(1), speech=speech)
    ratio = power(x[speech]) / power(noisy - x)
    assert 10 * np.log10(ratio) == pytest.approx(snr, abs=1e-9)


def test_loud_noise_is_scaled_and_not_clipped():
    x = np.sin(np.arange(2000))
    noisy = add_noise(x, 0, rng=rng())
    assert np.abs(noisy).max() == pytest.approx(1, abs=1e-12)
    scale = (noisy @ x) / (x @ x)
    assert power(scale * x) / power(noisy - scale * x) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(("colour", "slope"), [("white", 0), ("pink", -1), ("brown", -2)])
def test_the_colour_is_the_slope_of_the_spectrum(colour, slope):
    noise = coloured_noise(2**16, rng=rng(), colour=colour)
    at, density = reference.welch(noise, fs=1.0, nperseg=1024)
    chosen = (at > 0.01) & (at < 0.4)
    fitted = np.polyfit(np.log(at[chosen]), np.log(density[chosen]), 1)[0]
    assert fitted == pytest.approx(slope, abs=0.1)
    assert power(noise) == pytest.approx(1, rel=1e-9)
    assert noise.mean() == pytest.approx(0, abs=1e-12)


def test_a_noisy_copy_keeps_the_labels():
    said = synthesize("two", Speaker("x"), rng=rng())
    noisy = said.with_noise(5, rng=rng(1), colour="pink")
    assert (noisy.words, noisy.phones, noisy.speaker) == (said.words, said.phones, "x")
    assert (noisy.samples != said.samples).any()


# speakers and recordings


def test_speakers_differ_and_the_seed_draws_them():
    drawn = random_speakers(5, rng=rng(3), prefix="p")
    assert [s.voice for s in drawn] == ["man", "woman", "man", "woman", "man"]
    assert [s.name for s in drawn] == ["p 1", "p 2", "p 3", "p 4", "p 5"]
    assert len({s.tract for s in drawn}) == 5
    assert drawn == random_speakers(5, rng=rng(3), prefix="p")
    many = random_speakers(200, rng=rng(4))
    assert np.std(np.log([s.tract for s in many])) == pytest.approx(0.06, rel=0.2)
    pitch = [np.mean([s.pitch for s in many if s.voice == voice]) for voice in ("man", "woman")]
    assert pitch[0] == pytest.approx(131, rel=0.05)
    assert pitch[1] == pytest.approx(221, rel=0.05)


def test_recordings_come_in_order():
    two = random_speakers(2, rng=rng())
    words = Lexicon({"up": "AH P", "go": "G OW"})
    said = record_words(two, rng=rng(), repetitions=2, lexicon=words)
    assert [(u.speaker[-1], u.text[0]) for u in said] == [
        (k, word) for k in "12" for word in ("up", "go", "up", "go")
    ]
    phrases = record_phrases([("go", "up"), ("up",), ("two",)], two, rng=rng())
    assert [(u.speaker[-1], u.text) for u in phrases] == [
        ("1", ("go", "up")),
        ("2", ("up",)),
        ("1", ("two",)),
    ]


# bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: synthesize("fly", Speaker("x"), rng=rng()), "words must be among go, no, .*, got 'fly'"),
        (lambda: synthesize("", Speaker("x"), rng=rng()), "words must hold at least one word, got none"),
        (lambda: synthesize([], Speaker("x"), rng=rng()), "words must hold at least one word"),
        (lambda: synthesize([1], Speaker("x"), rng=rng()), "words must be a text or a sequence of words"),
        (
            lambda: synthesize("a", Speaker("x"), rng=rng(), lexicon=Lexicon({"a": "QQ"})),
            "phones must be among .*, got 'QQ' in 'a'",
        ),
        (lambda: synthesize("go", Speaker("x"), rng=rng(), pause=(0.2, 0.1)), "pause must be two numbers"),
        (lambda: synthesize("go", Speaker("x"), rng=rng(), margin=(-1, 0)), "margin must be two numbers"),
        (lambda: synthesize("go", Speaker("x"), rng=rng(), snr=np.nan), "snr must be a finite number"),
        (
            lambda: synthesize("go", Speaker("x"), rng=rng(), colour="red"),
            "colour must be one of white, pink",
        ),
        (lambda: Speaker("x", "child"), "voice must be one of man, woman, got 'child'"),
        (lambda: Speaker("x", tract=0), r"^tract must"),
        (lambda: Speaker("x", rate=np.inf), r"^rate must"),
        (lambda: Speaker("x", pitch=20), r"^pitch must"),
        (lambda: Speaker("x", breath=-1), r"^breath must"),
        (lambda: random_speaker(rng=rng(), voice="it"), "voice must be one of man, woman, got 'it'"),
        (lambda: random_speakers(0, rng=rng()), "count must be a whole number of at least 1, got 0"),
        (lambda: record_words([], rng=rng()), "speakers must be at least one, got none"),
        (
            lambda: record_words([Speaker("x")], rng=rng(), repetitions=0),
            "repetitions must be a whole number",
        ),
        (lambda: record_phrases([()], [Speaker("x")], rng=rng()), "words must hold at least one word"),
        (lambda: formant_targets(PHONES["IY"], "robot"), "voice must be one of man, woman, got 'robot'"),
        (lambda: resonate([], 100, 50, 8000), r"^samples must"),
        (lambda: resonate([np.nan], 100, 50, 8000), r"^samples must"),
        (lambda: resonate([[1.0]], 100, 50, 8000), r"^samples must"),
        (lambda: resonate([1.0], 5000, 50, 8000), "frequency must be from 0 to 4000 Hz, got 5000"),
        (lambda: resonate([1.0], 100, 0, 8000), "bandwidth must be positive, got 0"),
        (lambda: resonate([1.0], np.nan, 10, 8000), r"^frequency must"),
        (lambda: resonate([1.0], [1.0, 2.0], 10, 8000), r"frequency must be a number or have shape \(1,\)"),
        (lambda: resonate([1.0], 1, 10, 0), r"^sample_rate must"),
        (lambda: glottal_pulses([0.0], 8000, rng=rng()), "pitch must be above 0 and at most 4000 Hz"),
        (lambda: glottal_pulses([100.0], 8000, rng=rng(), jitter=1), r"^jitter must"),
        (lambda: coloured_noise(1, rng=rng()), "n_samples must be a whole number of at least 2, got 1"),
        (lambda: add_noise(np.zeros(9), 10, rng=rng()), "samples must not be silent"),
        (
            lambda: add_noise(np.ones(9), np.inf, rng=rng()),
            r"^snr must",
        ),
        (lambda: add_noise(np.ones(3), 9, rng=rng(), speech=[False] * 3), "speech must be 3 truth values"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
