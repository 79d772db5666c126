"""Daily demand, made from a seeded generator: week, year, holidays and weather, each of a known size."""

from typing import NamedTuple

import numpy as np

from .. import checks

DAYS_OF_YEAR = 365
"""Length of a year here. There are no leap years."""

HOLIDAYS: tuple[int, ...] = (0, 89, 120, 226, 275, 304, 358, 359)
"""Days of the year, counted from 0, that are holidays."""

WEEKLY: tuple[float, ...] = (1.0, 1.02, 1.03, 1.02, 1.0, 0.85, 0.75)
"""Demand on each day of the week, from Monday, as a multiple of a Monday's."""

HOLIDAY = 0.7
"""Demand on a holiday, as a multiple of that on the same day without one."""

DAY_AFTER = 1.1
"""Demand on the day after a holiday that is none itself, as a multiple of that without one."""

COMFORT = (14.0, 21.0)
"""Between these temperatures, in degrees Celsius, nothing is heated or cooled."""

HEATING, COOLING = 0.015, 0.025
"""What each degree below or above the comfortable range adds, as a share."""


class Demand(NamedTuple):
    """Demand of every day and what it depends on, each an array of shape (n_days,).

    Parameters
    ----------
    demand : ndarray of shape (n_days,)
        The demand, positive. 100 is that of a mild Monday at the beginning.
    expected : ndarray of shape (n_days,)
        What the demand would be without its noise. No forecast knows it.
    day_of_week : ndarray of int, shape (n_days,)
        0 for Monday to 6 for Sunday.
    day_of_year : ndarray of int, shape (n_days,)
        0 to 364.
    holiday : ndarray of bool, shape (n_days,)
        Whether the day is a holiday.
    temperature : ndarray of shape (n_days,)
        Mean temperature of the day in degrees Celsius.
    """

    demand: np.ndarray
    expected: np.ndarray
    day_of_week: np.ndarray
    day_of_year: np.ndarray
    holiday: np.ndarray
    temperature: np.ndarray


def daily_demand(
    n_days: int, *, rng: np.random.Generator, growth: float = 0.03, noise: float = 0.03, first_day: int = 0
) -> Demand:
    r"""Make up the demand of consecutive days, such as that for electricity.

    Parameters
    ----------
    n_days : int
        Number of days, at least 1. The first is the first of January.
    rng : numpy.random.Generator
        Source of randomness.
    growth : float, default 0.03
        Share by which demand grows in a year, above -1.
    noise : float, default 0.03
        Standard deviation of the noise, as a share of the demand, at least 0.
    first_day : int, default 0
        Day of the week of the first day, 0 for Monday to 6 for Sunday.

    Returns
    -------
    Demand
        Demand, calendar and temperature. The holidays are those of `HOLIDAYS`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The data are generated:

    .. math::

       \begin{aligned}
       d_t &= 100 \, (1 + g)^{t/365} \, w_t \, h_t \, v(\bar\tau_t) \, e^{\varepsilon_t} \\
       v(\tau) &= 1 + 0.015 \, \max(0, 14 - \tau) + 0.025 \, \max(0, \tau - 21) \\
       \bar\tau_t &= 0.6 \, \tau_t + 0.4 \, \bar\tau_{t-1} \\
       \tau_t &= 11 - 11 \cos\bigl(2\pi (t - 20) / 365\bigr) + m_t \\
       m_t &= 0.8 \, m_{t-1} + 1.8 \, \zeta_t \\
       \varepsilon_t &= 0.5 \, \varepsilon_{t-1} + \sqrt{1 - 0.5^2} \, s \, \xi_t
       \end{aligned}

    =======================  ==================  ==========================================================
    symbol                   name                meaning
    =======================  ==================  ==========================================================
    :math:`d_t`              `demand`            demand of day t
    :math:`g`                `growth`            growth in a year
    :math:`w_t`              `WEEKLY`            effect of the day of the week
    :math:`h_t`              `HOLIDAY`           effect of a holiday, or of the day after (`DAY_AFTER`)
    :math:`\tau_t`           `temperature`       temperature: the year's cycle and the weather :math:`m_t`
    :math:`\bar\tau_t`       (internal)          what is left of it in the walls of the houses
    :math:`v`                (internal)          effect of heating and cooling, a kinked curve
    :math:`\varepsilon_t`    (internal)          noise that lasts for days, with standard deviation s
    :math:`s`                `noise`             size of the noise
    :math:`\zeta, \xi`       (internal)          independent standard normal numbers
    =======================  ==================  ==========================================================

    The weather, the warmth in the walls and the noise begin as they go on. The year enters through the
    temperature. Even who knows the demand of yesterday, the calendar and the temperature of today can foresee
    only a part of the noise: a relative error of :math:`\sqrt{1 - 0.5^2} \, s \approx 0.87 \, s` remains.

    Examples
    --------
    >>> data = daily_demand(730, rng=np.random.default_rng(0))
    >>> data.demand.shape, int(data.holiday.sum()), data.day_of_week[:8].tolist()
    ((730,), 16, [0, 1, 2, 3, 4, 5, 6, 0])
    >>> weekend = data.demand[data.day_of_week >= 5].mean() / data.demand[data.day_of_week < 5].mean()
    >>> bool(0.7 < weekend < 0.9)
    True
    """
    n_days = checks.count(n_days, "n_days")
    growth = checks.number(growth, "growth", above=-1)
    noise = checks.not_negative(noise, "noise")
    first_day = checks.count(first_day, "first_day", 0, 6)
    checks.rng(rng)
    days = np.arange(n_days)
    day_of_week, day_of_year = (days + first_day) % 7, days % DAYS_OF_YEAR
    holiday = np.isin(day_of_year, HOLIDAYS)
    after = np.isin((day_of_year - 1) % DAYS_OF_YEAR, HOLIDAYS) & ~holiday
    weather = _autoregressive(1.8 * rng.standard_normal(n_days), 0.8, 1 / 0.6)
    temperature = 11.0 - 11.0 * np.cos(2 * np.pi * (days - 20) / DAYS_OF_YEAR) + weather
    felt = _autoregressive(0.6 * temperature, 0.4, 1 / 0.6)
    heated = 1.0 + HEATING * np.maximum(0.0, COMFORT[0] - felt) + COOLING * np.maximum(0.0, felt - COMFORT[1])
    expected = 100.0 * (1.0 + growth) ** (days / DAYS_OF_YEAR) * np.array(WEEKLY)[day_of_week] * heated
    expected *= np.where(holiday, HOLIDAY, np.where(after, DAY_AFTER, 1.0))
    lasting = _autoregressive(np.sqrt(0.75) * noise * rng.standard_normal(n_days), 0.5, 1 / np.sqrt(0.75))
    return Demand(expected * np.exp(lasting), expected, day_of_week, day_of_year, holiday, temperature)


def _autoregressive(innovations: np.ndarray, coefficient: float, first_scale: float) -> np.ndarray:
    """Let each value be a share of the one before plus something new. The first is its innovation, scaled."""
    values = innovations.copy()
    values[0] *= first_scale
    for t in range(1, len(values)):
        values[t] += coefficient * values[t - 1]
    return values
