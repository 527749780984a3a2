"""Gamma-Gamma: what customers spend an order, fitted by maximum likelihood.

A customer's orders are gamma distributed around a mean of their own, and these means around that of
all. Fader and Hardie (2013), “The Gamma-Gamma model of monetary value”. Money is in yuan here; the
mean of a customer is that of the repeat purchases, as BG/NBD does not foresee the first.
"""

from typing import Final, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from huitong.segments.model.lifetime import LifetimeUnfit, SpendFit
from huitong.segments.rules.lifetime import Buying

Reals: TypeAlias = NDArray[np.float64]

FEN_A_YUAN: Final = 100
LOGARITHM_MAX: Final = 20.0
GRADIENT_MAX: Final = 1e-5
STEPS_MAX: Final = 500
SAMPLE_BUYERS: Final = 200_000


def fit_spend(buying: Buying, *, model: str, repeat_buyers_min: int) -> SpendFit:
    """Return the parameters under which what repeat buyers spent is most likely.

    :raises LifetimeUnfit: when too few spent something again, or no mean order follows.
    """
    spent = (buying.repeats > 0) & (buying.repeat_minor > 0)
    buyers = int(np.count_nonzero(spent))
    if buyers < repeat_buyers_min:
        problem = (
            f"{buyers:,} customers paid for a second purchase, and {repeat_buyers_min:,} are"
            " needed; take in more months, or wait."
        )
        raise LifetimeUnfit(model=model, problem=problem)
    repeats = buying.repeats[spent].astype(np.float64)
    sums = buying.repeat_minor[spent] / FEN_A_YUAN
    likelihood = _Likelihood(repeats, sums)
    # A sample finds the neighbourhood, so that all rows are passed over a few times alone.
    step = -(-buyers // SAMPLE_BUYERS)
    begun = _searched(_Likelihood(repeats[::step], sums[::step]), likelihood.beginning())
    found = _searched(likelihood, begun) if step > 1 else begun
    value, gradient = likelihood.negative_mean(found)
    at_end = np.abs(found).max() > LOGARITHM_MAX - 1
    p, q, v = (float(one) for one in np.exp(found))
    if at_end or np.abs(gradient).max() > GRADIENT_MAX or q <= 1:
        problem = (
            "what customers spend is too much alike, or has no mean; look for orders with amounts"
            " that cannot be."
        )
        raise LifetimeUnfit(model=model, problem=problem)
    return SpendFit(
        p=p,
        q=q,
        v=v,
        log_likelihood=-value * buyers,
        buyers=buyers,
        correlation=_correlation(repeats, sums / repeats),
    )


def expected_order(fit: SpendFit, *, repeats: Reals, repeat_minor: Reals) -> Reals:
    """Return the fen that an order to come of each customer is expected to bring."""
    # Without repeats this is the mean of all customers.
    scale = fit.v * FEN_A_YUAN + np.maximum(repeat_minor, 0)
    return np.asarray(fit.p * scale / (fit.p * repeats + fit.q - 1), np.float64)


def own_weight(fit: SpendFit, repeats: int) -> float:
    """Return how much a customer's own mean weighs in what is expected of them, 0 to 1."""
    return fit.p * repeats / (fit.p * repeats + fit.q - 1)


def _searched(likelihood: "_Likelihood", beginning: Reals) -> Reals:
    found = scipy.optimize.minimize(
        likelihood.negative_mean,
        beginning,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-LOGARITHM_MAX, LOGARITHM_MAX)] * 3,
        options={"maxiter": STEPS_MAX, "ftol": 1e-15, "gtol": 1e-9},
    )
    return np.asarray(found.x, np.float64)


def _correlation(one: Reals, other: Reals) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


class _Likelihood:
    """The logarithm of the likelihood over logarithms of (p, q, v), with its gradient."""

    def __init__(self, repeats: Reals, sums: Reals) -> None:
        self.sums, self.repeats, self.total = sums, repeats, float(len(sums))
        self.times, places = np.unique(repeats, return_inverse=True)
        self.shares = np.bincount(places).astype(np.float64)
        logarithm = np.log(sums)
        self.sum_log, self.times_log = logarithm.sum(), (repeats * logarithm).sum()
        self.log_times = (self.shares * np.log(self.times)).sum()

    def beginning(self) -> Reals:
        mean = float((self.sums / self.repeats).mean())
        return np.asarray(np.log([2.0, 3.0, max(mean, 0.01)]), np.float64)

    def negative_mean(self, logarithms: Reals) -> tuple[float, Reals]:
        p, q, v = np.exp(logarithms)
        times, shares = self.times, self.shares
        all_log, all_rate = np.log(self.sums + v), 1 / (self.sums + v)
        sum_all, times_all = all_log.sum(), (self.repeats * all_log).sum()
        by_times = scipy.special.gammaln(p * times + q) - scipy.special.gammaln(p * times)
        value = (
            (shares * by_times).sum()
            + self.total * (q * np.log(v) - scipy.special.gammaln(q))
            + p * self.times_log
            - self.sum_log
            + self.log_times
            - p * times_all
            - q * sum_all
        )
        together = scipy.special.psi(p * times + q)
        slope = np.array(
            [
                (shares * times * (together - scipy.special.psi(p * times))).sum()
                + self.times_log
                - times_all,
                (shares * together).sum()
                + self.total * (np.log(v) - scipy.special.psi(q))
                - sum_all,
                self.total * q / v - p * (self.repeats * all_rate).sum() - q * all_rate.sum(),
            ]
        )
        return -float(value) / self.total, -slope * np.array([p, q, v]) / self.total
