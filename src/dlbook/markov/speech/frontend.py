"""The front end: all steps from sound to features, with their settings in one place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import checks
from ...data.speech.checks import as_signal
from .features import (
    FLOOR,
    cosine_transform,
    cut_frames,
    deltas,
    mel_filterbank,
    normalize_mean,
    power_spectra,
    pre_emphasize,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FrontEnd:
    r"""Turns sound into mel-frequency cepstral coefficients.

    Parameters
    ----------
    sample_rate : int, default 8000
        Samples per second of the sound.
    frame : float, default 0.025
        Length of a frame in seconds.
    hop : float, default 0.010
        Seconds from one frame to the next.
    pre_emphasis : float, default 0.97
        See `pre_emphasize`.
    n_fft : int, default 256
        Length of the Fourier transform.
    n_filters : int, default 23
        Number of mel filters.
    n_coefficients : int, default 13
        Number of cepstral coefficients kept, the first of them the mean of the log energies.
    delta_orders : int, default 1
        Whether changes (1) and changes of changes (2) are appended, or nothing (0).
    normalize : bool, default True
        Whether the mean over the utterance is taken away.

    Raises
    ------
    ValueError
        If a number is out of range, or a frame does not fit into the Fourier transform.

    Notes
    -----
    The steps: pre-emphasis, frames times a Hamming window, power spectrum, mel filters, logarithm, cosine
    transform, mean normalization, deltas.

    References
    ----------
    - S. B. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word
      recognition in continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal
      Processing 28(4), 1980, pp. 357-366.

    Examples
    --------
    >>> second = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    >>> front_end = FrontEnd()
    >>> front_end(second).shape, front_end.cepstra(second).shape
    ((98, 26), (98, 13))
    >>> front_end.spectrogram(second).shape, front_end.log_energies(second).shape
    ((98, 129), (98, 23))
    >>> front_end.times(2).tolist(), round(front_end.boundary(1), 4)
    ([0.0125, 0.0225], 0.0175)
    """

    sample_rate: int = 8000
    frame: float = 0.025
    hop: float = 0.010
    pre_emphasis: float = 0.97
    n_fft: int = 256
    n_filters: int = 23
    n_coefficients: int = 13
    delta_orders: int = 1
    normalize: bool = True

    def __post_init__(self) -> None:
        for name in ("sample_rate", "frame", "hop"):
            checks.positive(getattr(self, name), name)
        checks.count(self.n_fft, "n_fft", self.frame_samples)
        if self.hop_samples < 1 or self.frame_samples < 2:
            raise ValueError("frame and hop must hold at least two samples and one sample")
        checks.count(self.delta_orders, "delta_orders", 0, 2)
        if not isinstance(self.normalize, bool | np.bool_):
            raise ValueError(f"normalize must be True or False, got {self.normalize!r}")
        checks.probability(self.pre_emphasis, "pre_emphasis")
        mel_filterbank(self.n_filters, self.n_fft, self.sample_rate)
        checks.count(self.n_coefficients, "n_coefficients", most=self.n_filters)

    @property
    def frame_samples(self) -> int:
        """Samples in a frame."""
        return round(self.frame * self.sample_rate)

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return round(self.hop * self.sample_rate)

    @property
    def n_features(self) -> int:
        """Numbers that describe a frame."""
        return self.n_coefficients * (1 + self.delta_orders)

    def __call__(self, samples: ArrayLike) -> Floats:
        """Describe a sound.

        Parameters
        ----------
        samples : array_like of shape (n_samples,)
            The sound, at least one frame long.

        Returns
        -------
        ndarray of shape (n_frames, n_features)
            The features of every frame.

        Raises
        ------
        ValueError
            If the sound is shorter than a frame or not finite.
        """
        cepstra = self.cepstra(samples)
        parts = [normalize_mean(cepstra) if self.normalize else cepstra]
        for _ in range(self.delta_orders):
            parts.append(deltas(parts[-1]))
        return np.hstack(parts)

    def spectrogram(self, samples: ArrayLike) -> Floats:
        """Return the power of every frame and frequency in decibels.

        Parameters
        ----------
        samples : array_like of shape (n_samples,)
            The sound, without pre-emphasis.

        Returns
        -------
        ndarray of shape (n_frames, n_fft // 2 + 1)
            Power in decibels, at least -100. The axes are `times` and `frequencies`.
        """
        frames = self._frames(self._checked(samples))
        return 10 * np.log10(np.maximum(power_spectra(frames, self.n_fft), FLOOR))

    def log_energies(self, samples: ArrayLike) -> Floats:
        """Return the logarithm of the energy in every mel filter.

        Parameters
        ----------
        samples : array_like of shape (n_samples,)
            The sound.

        Returns
        -------
        ndarray of shape (n_frames, n_filters)
            Natural logarithms of the energies.
        """
        frames = self._frames(pre_emphasize(self._checked(samples), self.pre_emphasis))
        filters = mel_filterbank(self.n_filters, self.n_fft, self.sample_rate)
        return np.log(np.maximum(power_spectra(frames, self.n_fft) @ filters.T, FLOOR))

    def cepstra(self, samples: ArrayLike) -> Floats:
        """Return the mel-frequency cepstral coefficients, without deltas and normalization.

        Parameters
        ----------
        samples : array_like of shape (n_samples,)
            The sound.

        Returns
        -------
        ndarray of shape (n_frames, n_coefficients)
            The coefficients.
        """
        return self.log_energies(samples) @ cosine_transform(self.n_coefficients, self.n_filters).T

    def times(self, n_frames: int) -> Floats:
        """Return where the middles of frames are.

        Parameters
        ----------
        n_frames : int
            How many frames.

        Returns
        -------
        ndarray of shape (n_frames,)
            Times in seconds.
        """
        return np.arange(checks.count(n_frames, "n_frames"), dtype=np.float64) * self.hop + self.frame / 2

    def boundary(self, frame: int) -> float:
        """Return the time that separates a frame from the one before it.

        Parameters
        ----------
        frame : int
            Number of the frame, from 0.

        Returns
        -------
        float
            Seconds: half a hop before the middle of the frame.
        """
        return checks.count(frame, "frame", 0) * self.hop + (self.frame - self.hop) / 2

    @property
    def frequencies(self) -> Floats:
        """Frequencies of the spectrogram in Hz."""
        return np.asarray(np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate), dtype=float)

    def _checked(self, samples: ArrayLike) -> Floats:
        signal = as_signal(samples, "samples")
        if len(signal) < self.frame_samples:
            raise ValueError(
                f"samples must be at least one frame of {self.frame_samples} samples long, got {len(signal)}"
            )
        return signal

    def _frames(self, signal: Floats) -> Floats:
        return cut_frames(signal, self.frame_samples, self.hop_samples)
