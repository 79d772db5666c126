"""How the synthesizer turns a plan of phones and times into sound: control tracks, sources and filters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .filters import antiresonate, glottal_pulses, resonate
from .phones import Phone, voice_ratio
from .speakers import Speaker

SAMPLE_RATE = 8000
"""Samples per second of all speech in this package: that of the telephone."""

Floats = NDArray[np.float64]
BANDWIDTHS = (70.0, 90.0, 150.0, 200.0)
FOURTH_FORMANT = 3400.0
NASAL_POLE = 270.0
SOURCE_GAIN = 300.0  # brings the pulses to a power of about one
HISS_GAIN = 4.0


@dataclass(frozen=True)
class Section:
    """A phone of a word with its times and neighbours, or silence where `phone` is None."""

    phone: Phone | None
    start: float
    end: float
    targets: Floats
    vowel_f2: float
    before: Phone | None
    after: Phone | None


class _Track:
    """Control points of one parameter, joined by straight lines."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[float] = []

    def add(self, time: float, value: float) -> None:
        self.times.append(time)
        self.values.append(value)

    def at(self, times: Floats) -> Floats:
        return np.interp(times, self.times, self.values)


def render(sections: list[Section], speaker: Speaker, rng: np.random.Generator) -> Floats:
    """Turn the plan into sound."""
    end = sections[-1].end
    n_samples = round(end * SAMPLE_RATE)
    times = np.arange(n_samples) / SAMPLE_RATE
    tracks = _tracks(sections, speaker)
    control = {name: track.at(times) for name, track in tracks.items()}
    pitch = _melody(times, sections, speaker, rng)

    pulses = glottal_pulses(pitch, SAMPLE_RATE, rng=rng, jitter=0.01)
    source = resonate(pulses, 0.0, 100.0, SAMPLE_RATE)
    source = SOURCE_GAIN * np.diff(source, prepend=0.0)  # radiation from the lips
    excitation = control["voicing"] * source + control["breath"] * rng.standard_normal(n_samples)
    sound = antiresonate(excitation, control["nasal_zero"], 100.0, SAMPLE_RATE)
    sound = resonate(sound, NASAL_POLE, 100.0, SAMPLE_RATE)
    for k, width in enumerate(BANDWIDTHS):
        spread = width * (1 + control["damping"])
        sound = resonate(sound, control[f"f{k + 1}"], spread, SAMPLE_RATE)

    hiss = rng.standard_normal(n_samples)
    shaped = resonate(hiss, control["noise_at"], control["noise_width"], SAMPLE_RATE)
    # A resonator passes constants unchanged, not noise: bring the hiss to one level wherever it stands.
    level = np.sqrt(_smooth(shaped**2, 200)) + 1e-6
    return sound + HISS_GAIN * control["noise"] * shaped / level


def _smooth(values: Floats, width: int) -> Floats:
    """Moving mean."""
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    sums = np.cumsum(np.concatenate([[0.0], padded]))
    return (sums[width:] - sums[:-width]) / width


def _melody(times: Floats, sections: list[Section], speaker: Speaker, rng: np.random.Generator) -> Floats:
    """Pitch: it sinks through the utterance and rises a little on every vowel."""
    contour = 1.08 - 0.2 * times / times[-1]
    for section in sections:
        if section.phone is not None and section.phone.kind == "vowel":
            center, width = (section.start + section.end) / 2, section.end - section.start
            contour += rng.uniform(0.0, 0.12) * np.exp(-0.5 * ((times - center) / width) ** 2)
    return np.clip(speaker.pitch * contour, 40.0, 600.0)


def _tracks(sections: list[Section], speaker: Speaker) -> dict[str, _Track]:
    names = ("voicing", "breath", "noise", "noise_at", "noise_width", "nasal_zero", "damping")
    tracks = {name: _Track() for name in (*names, "f1", "f2", "f3", "f4")}
    scale = voice_ratio(speaker.voice) / speaker.tract
    fourth = min(FOURTH_FORMANT * float(scale[2]) ** 0.5, 3800.0)
    tracks["f4"].add(0.0, fourth)
    for section in sections:
        if section.phone is None:
            for name in ("voicing", "breath", "noise"):
                tracks[name].add(section.start, 0.0)
                tracks[name].add(section.end, 0.0)
        else:
            _move_formants(section, tracks)
            _play_sources(section, section.phone, speaker, tracks)
    for name, value in (("nasal_zero", NASAL_POLE), ("damping", 0.0)):
        tracks[name].add(sections[-1].end, value)
    return tracks


def _move_formants(section: Section, tracks: dict[str, _Track]) -> None:
    """Hold the targets in the middle of the phone; between phones the formants glide."""
    phone, start, length = section.phone, section.start, section.end - section.start
    assert phone is not None
    targets = section.targets.copy()
    targets[:, 1] += phone.coarticulation * (section.vowel_f2 - targets[:, 1])
    edge = {"vowel": 0.22, "glide": 0.40}.get(phone.kind, 0.12)
    if len(targets) == 1:
        targets = np.vstack([targets, targets])
    moments = start + length * np.linspace(edge, 1 - edge, len(targets))
    for moment, row in zip(moments, targets, strict=True):
        for k, value in enumerate(row):
            tracks[f"f{k + 1}"].add(moment, float(np.clip(value, 150.0, 3750.0)))


def _play_sources(section: Section, phone: Phone, speaker: Speaker, tracks: dict[str, _Track]) -> None:
    """Say when the folds vibrate, breath flows, and noise arises."""
    start, end = section.start, section.end
    ramp = min(0.012, (end - start) / 4)
    for moment in (start, end - 1e-4):
        tracks["noise_at"].add(moment, phone.noise_at)
        tracks["noise_width"].add(moment, phone.noise_width)
    nasal = phone.kind == "nasal"
    for moment in (start + ramp, end - ramp):
        tracks["nasal_zero"].add(moment, 450.0 if nasal else NASAL_POLE)
        tracks["damping"].add(moment, 0.8 if nasal else 0.0)
    if phone.kind == "stop":
        _play_stop(section, phone, tracks)
        return
    fade_in = 0.02 if section.before is None else ramp
    fade_out = 0.045 if section.after is None else ramp
    amplitude = phone.voicing
    tracks["voicing"].add(start, amplitude * (0.0 if section.before is None else 0.5))
    tracks["voicing"].add(start + fade_in, amplitude)
    tracks["voicing"].add(end - fade_out, amplitude)
    tracks["voicing"].add(end, amplitude * (0.0 if section.after is None else 0.5))
    tracks["breath"].add(start + fade_in, speaker.breath * amplitude)
    tracks["breath"].add(end - fade_out, speaker.breath * amplitude)
    tracks["noise"].add(start, 0.0)
    tracks["noise"].add(start + 0.3 * (end - start), phone.noise)
    tracks["noise"].add(end - ramp, phone.noise)
    tracks["noise"].add(end, 0.0)


def _play_stop(section: Section, phone: Phone, tracks: dict[str, _Track]) -> None:
    """Closure, burst, and breath until the folds vibrate again."""
    start, end = section.start, section.end
    aspirated = phone.aspiration > 0 and section.before is None and section.after is not None
    tail = (0.4 if aspirated else 0.25) * (end - start)
    release = end - tail
    tracks["voicing"].add(start + 0.004, phone.voicing)
    tracks["voicing"].add(release, phone.voicing)
    if aspirated or section.after is None:
        tracks["voicing"].add(end - 0.004, 0.0)
    tracks["breath"].add(start + 0.004, 0.0)
    tracks["breath"].add(release, 0.0)
    tracks["breath"].add(release + 0.003, 0.25 if aspirated else 0.05)
    tracks["breath"].add(end, 0.12 if aspirated else 0.0)
    final = 0.6 if section.after is None else 1.0
    tracks["noise"].add(release - 0.001, 0.0)
    tracks["noise"].add(release + 0.002, final * phone.noise)
    tracks["noise"].add(min(release + 0.014, end), 0.0)
