"""Noise of several colours, and how to add it at a given ratio of signal to noise."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from .checks import as_signal

COLOURS: dict[str, float] = {"white": 0.0, "pink": 1.0, "brown": 2.0}
"""How fast the power of a noise falls with the frequency f: as 1, as 1/f or as 1/f squared."""


def coloured_noise(n_samples: int, *, rng: np.random.Generator, colour: str = "white") -> NDArray[np.float64]:
    """Draw noise with a mean of zero and a power of one.

    Parameters
    ----------
    n_samples : int
        How many samples, at least 2.
    rng : numpy.random.Generator
        Draws the noise.
    colour : {"white", "pink", "brown"}, default "white"
        A key of `COLOURS`.

    Returns
    -------
    ndarray of shape (n_samples,)
        The noise. It may be repeated without a click.

    Raises
    ------
    ValueError
        If there are too few samples or the colour is unknown.

    Examples
    --------
    >>> noise = coloured_noise(1000, rng=np.random.default_rng(0), colour="pink")
    >>> bool(abs(noise.mean()) < 1e-12), round(float((noise**2).mean()), 6)
    (True, 1.0)
    """
    n_samples = checks.count(n_samples, "n_samples", 2)
    checks.choice(colour, "colour", COLOURS)
    spectrum = np.fft.rfft(checks.rng(rng).standard_normal(n_samples))
    slope = np.arange(len(spectrum), dtype=float)
    slope[1:] **= -COLOURS[colour] / 2
    slope[0] = 0.0  # no mean
    noise = np.fft.irfft(spectrum * slope, n_samples)
    return noise / np.sqrt((noise**2).mean())


def add_noise(
    samples: ArrayLike,
    snr: float,
    *,
    rng: np.random.Generator,
    colour: str = "white",
    speech: ArrayLike | None = None,
) -> NDArray[np.float64]:
    r"""Add noise to a signal.

    Parameters
    ----------
    samples : array_like of shape (n_samples,)
        The signal, not silent.
    snr : float
        Ratio of the powers of signal and noise in decibels.
    rng : numpy.random.Generator
        Draws the noise.
    colour : {"white", "pink", "brown"}, default "white"
        A key of `COLOURS`.
    speech : array_like of bool of shape (n_samples,), optional
        Where the signal's power is measured. Without it, everywhere; pauses then make the noise weaker.

    Returns
    -------
    ndarray of shape (n_samples,)
        The noisy signal. Where its peak would exceed 1, all of it is made quieter, which leaves the ratio as
        it is.

    Raises
    ------
    ValueError
        If the signal is not finite or silent, `snr` is not finite, or `speech` does not fit.

    Notes
    -----
    .. math:: \mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t n_t^2}

    Examples
    --------
    >>> tone = np.sin(np.arange(800))
    >>> noisy = add_noise(tone / 4, 20, rng=np.random.default_rng(0))
    >>> ratio = ((tone / 4) ** 2).mean() / ((noisy - tone / 4) ** 2).mean()
    >>> round(float(10 * np.log10(ratio)), 6)
    20.0
    """
    signal, snr = as_signal(samples, "samples", 2), checks.number(snr, "snr")
    given = np.ones(len(signal), dtype=bool) if speech is None else speech
    where = checks.array(given, "speech", signal.shape) != 0
    if np.asarray(given).dtype != bool or not where.any():
        raise ValueError(f"speech must be {len(signal)} truth values, at least one of them true")
    power = (signal[where] ** 2).mean()
    if power == 0:
        raise ValueError("samples must not be silent, or there is no ratio of signal to noise")
    noise = coloured_noise(len(signal), rng=rng, colour=colour)
    noisy = signal + np.sqrt(power / 10 ** (snr / 10)) * noise
    return noisy / max(1.0, np.abs(noisy).max())
