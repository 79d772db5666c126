"""`audio`: a sound with controls and a label, in a notebook and on a page."""

import base64
import io
import wave
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from . import embed

__all__ = ["Audio", "audio"]


class Audio:
    """A sound that a notebook shows as a player.

    Parameters
    ----------
    wav : bytes
        The sound as a WAV file.
    label : str
        What the reader sees beside the controls.
    seconds : float
        Length of the sound.
    """

    def __init__(self, wav: bytes, label: str, seconds: float) -> None:
        self.wav = wav
        self.label = label
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"Sound: {self.label} ({self.seconds:.1f} s)"

    def _repr_html_(self) -> str:
        label = embed.escape(self.label)
        style = "" if embed.output_mode() == "page" else f"<style>\n{embed.asset('audio.css')}</style>\n"
        return (
            f'{style}<figure class="dlb-audio"><figcaption>{label} '
            f'<span class="dlb-audio-length">({self.seconds:.1f} s)</span></figcaption>'
            f'<audio controls preload="none" aria-label="{label}" '
            f'src="data:audio/wav;base64,{base64.b64encode(self.wav).decode()}"></audio></figure>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}


def audio(samples: ArrayLike, sample_rate: int, *, label: str, max_kilobytes: float = 500) -> Audio:
    """Return a sound that the reader can play. Nothing is heard before they do.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The sound, one channel, from -1 to 1. Louder ones are refused and not clipped, which would distort
        them: divide by the largest absolute value.
    sample_rate : int
        Samples per second, from 3000 to 192000, what browsers play.
    label : str
        Says what is to be heard. It is shown beside the controls, and is their name for screen readers. Of
        speech it should hold the words.
    max_kilobytes : float
        Most kilobytes (of 1000 bytes) allowed for the sound. A second at 8000 samples has 16.

    Returns
    -------
    Audio
        The last value of a cell is shown; ``display`` shows several.

    Raises
    ------
    ValueError
        If the samples are none, not finite, beyond -1 and 1, or in several channels; if the rate is out of
        range; if the label is empty; if there are too many kilobytes.

    Notes
    -----
    The sound is stored as WAV with 16 bits a sample. On a page of the book it becomes a file of its own,
    which is loaded when the reader plays it.

    Examples
    --------
    >>> import numpy as np
    >>> second = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    >>> print(audio(second, 8000, label="The tone A"))
    Sound: The tone A (1.0 s)
    """
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label must say what is to be heard, got {label!r}")
    rate = checks.count(sample_rate, "sample_rate", 3000, 192000)
    most = checks.positive(max_kilobytes, "max_kilobytes")
    signal = checks.array(samples, "samples", ("n_samples",))
    peak = float(np.abs(signal).max())
    if peak > 1:
        raise ValueError(
            f"samples must be from -1 to 1, got {peak:.4g}: divide by the largest absolute value"
        )
    wav = _wav(signal, rate)
    if len(wav) > 1000 * most:
        raise ValueError(
            f"audio would need {len(wav) / 1000:.0f} kilobytes, more than max_kilobytes={most:g}: "
            "give a shorter sound or fewer samples per second"
        )
    return Audio(wav, label.strip(), len(signal) / rate)


def _wav(signal: np.ndarray, sample_rate: int) -> bytes:
    """Return a WAV file: one channel, 16 bits, little-endian."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.round(signal * 32767).astype("<i2").tobytes())
    return content.getvalue()
