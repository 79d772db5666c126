"""The range test: on a quadratic the loss turns where theory says, and the model is as before."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dlbook.optimization import Momentum, range_test


class Bowl:
    """A quadratic whose minimum is another one in every batch."""

    def __init__(self, curvature):
        self.parameters = {"w": np.array([3.0])}
        self.curvature = curvature

    def loss_and_gradients(self, target):
        error = self.parameters["w"] - target
        return float(self.curvature * error[0] ** 2 / 2), {"w": self.curvature * error}


def batches(n=150):
    return [(value,) for value in np.random.default_rng(0).normal(scale=0.3, size=n)]


@pytest.mark.parametrize("curvature", [0.1, 1.0, 10.0])
def test_the_loss_turns_below_the_bound(curvature):
    test = range_test(Bowl(curvature), batches(), lowest=1e-5, highest=1e3)
    assert test.steepest < 2 / curvature
    assert test.steepest < test.lowest < 2 * 2 / curvature  # the mean lags behind
    assert test.rates[-1] < 20 * 2 / curvature
    assert test.losses[-1] > 4 * test.losses[0] or test.smoothed[-1] > 4 * test.smoothed.min()


def test_the_rates_rise_by_one_factor_and_the_model_stays():
    model = Bowl(1.0)
    test = range_test(model, batches(50), lowest=1e-4, highest=1e-2)
    assert_allclose(test.rates, np.geomspace(1e-4, 1e-2, 50), rtol=1e-9)
    assert model.parameters["w"].tolist() == [3.0]


def test_without_smoothing_the_losses_are_shown_as_they_are():
    test = range_test(Bowl(1.0), batches(20), lowest=1e-4, highest=1e-3, smoothing=0.0, stop=1e9)
    assert_allclose(test.smoothed, test.losses, rtol=1e-12)


def test_another_optimizer():
    plain = range_test(Bowl(1.0), batches(), lowest=1e-4, highest=100.0)
    heavy = range_test(Bowl(1.0), batches(), Momentum, lowest=1e-4, highest=100.0)
    assert heavy.steepest < plain.steepest


@pytest.mark.filterwarnings("error")
def test_a_loss_that_overflows_ends_the_test():
    class Cliff(Bowl):
        def loss_and_gradients(self, target):
            loss, gradients = super().loss_and_gradients(target)
            return (np.inf, gradients) if abs(self.parameters["w"][0]) > 10 else (loss, gradients)

    model = Cliff(1.0)
    test = range_test(model, batches(), lowest=1e-4, highest=1e6, stop=1e300)
    assert len(test.rates) < 150
    assert np.isfinite(test.losses).all()
    assert model.parameters["w"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("name", "value"), [("lowest", 0.0), ("highest", 1e-9), ("smoothing", 1.0), ("stop", 1.0)]
)
def test_refuses_numbers_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"^{name} must"):
        range_test(Bowl(1.0), batches(5), **{name: value})


def test_refuses_batches_that_are_none():
    for wrong in (5, [1.0, 2.0], [(1.0,)], "ab"):
        with pytest.raises(ValueError, match=r"^batches must"):
            range_test(Bowl(1.0), wrong)
