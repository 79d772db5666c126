"""Generated demand: the equation recomputed, the effects measured, the error that no forecast avoids."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import daily_demand
from dlbook.data.demand import DAY_AFTER, HOLIDAY, HOLIDAYS, WEEKLY


def generator(seed=0):
    return np.random.default_rng(seed)


# 1. by hand


def test_the_first_days_by_hand():
    """Day 0 is a holiday and a Thursday, day 1 the day after."""
    data = daily_demand(3, noise=0.0, growth=0.0, first_day=3, rng=generator())
    felt = [data.temperature[0]]
    felt.append(0.6 * data.temperature[1] + 0.4 * felt[0])
    felt.append(0.6 * data.temperature[2] + 0.4 * felt[1])
    heating = [1 + 0.015 * max(0, 14 - t) + 0.025 * max(0, t - 21) for t in felt]
    expected = [102 * 0.7 * heating[0], 100 * 1.1 * heating[1], 85 * heating[2]]
    np.testing.assert_allclose(data.demand, expected, rtol=1e-14)
    assert data.day_of_week.tolist() == [3, 4, 5]
    assert data.holiday.tolist() == [True, False, False]


# 4. what must hold


@given(
    n_days=st.integers(1, 900),
    noise=st.floats(0, 0.2),
    growth=st.floats(-0.5, 1),
    first_day=st.integers(0, 6),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=40)
def test_calendar_and_sizes(n_days, noise, growth, first_day, seed):
    data = daily_demand(n_days, noise=noise, growth=growth, first_day=first_day, rng=generator(seed))
    for values in data:
        assert values.shape == (n_days,)
    np.testing.assert_array_equal(data.day_of_week, (np.arange(n_days) + first_day) % 7)
    np.testing.assert_array_equal(data.day_of_year, np.arange(n_days) % 365)
    np.testing.assert_array_equal(data.holiday, [day in HOLIDAYS for day in data.day_of_year])
    assert data.demand.min() > 0
    assert np.isfinite(data.demand).all()
    if noise == 0:
        np.testing.assert_array_equal(data.demand, data.expected)


def test_growth_multiplies_year_by_year():
    grown = daily_demand(1500, growth=0.2, rng=generator(1))
    still = daily_demand(1500, growth=0.0, rng=generator(1))
    ratio = grown.demand / still.demand
    np.testing.assert_allclose(ratio[[0, 365, 730]], [1, 1.2, 1.44], rtol=1e-12)
    np.testing.assert_array_equal(grown.temperature, still.temperature)


def test_the_effects_can_be_read_from_the_data():
    """A linear fit of the logarithm, with the kinked curve of the temperature known, finds every effect."""
    data = daily_demand(365 * 60, growth=0.01, noise=0.02, rng=generator(2))
    felt = data.temperature.copy()
    for t in range(1, len(felt)):
        felt[t] = 0.6 * data.temperature[t] + 0.4 * felt[t - 1]
    rest = np.log(data.demand / (1 + 0.015 * np.maximum(0, 14 - felt) + 0.025 * np.maximum(0, felt - 21)))
    after = np.append(False, data.holiday[:-1]) & ~data.holiday
    columns = [
        np.eye(7)[data.day_of_week],
        data.holiday[:, None],
        after[:, None],
        np.arange(len(felt))[:, None],
    ]
    found, *_ = np.linalg.lstsq(np.hstack(columns).astype(float), rest, rcond=None)
    np.testing.assert_allclose(np.exp(found[:7]), 100 * np.array(WEEKLY), rtol=3e-3)
    np.testing.assert_allclose(np.exp(found[7:9]), [HOLIDAY, DAY_AFTER], rtol=5e-3)
    np.testing.assert_allclose(np.exp(365 * found[9]), 1.01, rtol=1e-3)


def test_winter_and_heat_raise_the_demand():
    data = daily_demand(365 * 20, growth=0.0, rng=generator(3))
    # demand on ordinary weekdays against the temperature
    ordinary = (data.day_of_week < 5) & ~data.holiday

    def mean(low, high):
        return data.demand[ordinary & (data.temperature > low) & (data.temperature < high)].mean()

    assert mean(-10, 0) > mean(5, 8) > mean(15, 20)
    assert mean(26, 40) > mean(15, 20)
    np.testing.assert_allclose(data.temperature.mean(), 11, atol=0.5)
    assert data.temperature[data.day_of_year == 20].mean() < 3
    assert data.temperature[data.day_of_year == 202].mean() > 19


def test_the_noise_has_the_stated_size_and_memory():
    data = daily_demand(60_000, noise=0.05, rng=generator(4))
    noise = np.log(data.demand / data.expected)
    np.testing.assert_allclose(noise.std(), 0.05, rtol=0.03)
    np.testing.assert_allclose(np.corrcoef(noise[1:], noise[:-1])[0, 1], 0.5, atol=0.02)
    remaining = noise[1:] - 0.5 * noise[:-1]  # what even the best forecast of the next day misses
    np.testing.assert_allclose(remaining.std(), np.sqrt(0.75) * 0.05, rtol=0.03)


def test_weather_and_noise_begin_as_they_go_on():
    """The first values spread over seeds as much as later ones do."""
    drawn = [daily_demand(40, noise=0.1, rng=generator(seed)) for seed in range(1500)]
    temperature = np.array([data.temperature for data in drawn])
    noise = np.array([np.log(data.demand / data.expected) for data in drawn])
    np.testing.assert_allclose(temperature.std(axis=0), 3.0, rtol=0.08)
    np.testing.assert_allclose(noise.std(axis=0), 0.1, rtol=0.08)


def test_the_generator_alone_decides():
    first, again, other = (daily_demand(100, rng=generator(seed)) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.demand, other.demand)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"n_days": 0}, "n_days"),
        ({"noise": -0.1}, "noise"),
        ({"growth": -1.0}, "growth"),
        ({"first_day": 7}, "first_day"),
        ({"first_day": -1}, "first_day"),
        ({"rng": 42}, "rng"),
    ],
)
def test_bad_arguments_are_named(change, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        daily_demand(**({"n_days": 10, "rng": generator()} | change))
