"""BG/NBD: fitted by maximum likelihood, and what it expects of each history.

Customers buy at rates that are gamma distributed (`r`, `alpha`) and leave after a purchase with
probabilities that are beta distributed (`a`, `b`). Fader, Hardie and Lee (2005), “Counting your
customers” the easy way, Marketing Science 24(2). Times are weeks.
"""

from typing import Final, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from huitong.segments.model.lifetime import LifetimeUnfit, PurchaseFit
from huitong.segments.rules.lifetime import Folded

Reals: TypeAlias = NDArray[np.float64]

# The search is over logarithms; a parameter at an end of this range was not found.
LOGARITHM_MAX: Final = 10.0
GRADIENT_MAX: Final = 1e-5
STEPS_MAX: Final = 500
HESSIAN_STEP: Final = 1e-4
# A standard error of the logarithm above this says that the parameter could be anything.
ERROR_MAX: Final = 3.0
# The expectation is a limit where a is 1 or a + b is 1; it is taken this far beside.
BESIDE: Final = 1e-6

_UNTOLD: Final = (
    "they do not tell how often customers buy apart from how they leave; take in a longer time, in"
    " which some customers went."
)


def fit_purchases(folded: Folded, *, model: str, repeat_buyers_min: int) -> PurchaseFit:
    """Return the parameters under which these histories are most likely.

    :raises LifetimeUnfit: when too few bought again, or the histories do not tell the parameters.
    """
    buyers = int(folded.customers[folded.repeats > 0].sum())
    if buyers < repeat_buyers_min:
        problem = (
            f"{buyers:,} customers bought on two days or more, and {repeat_buyers_min:,} are"
            " needed; take in more months, or wait."
        )
        raise LifetimeUnfit(model=model, problem=problem)
    likelihood = _Likelihood(folded)
    found = scipy.optimize.minimize(
        likelihood.negative_mean,
        likelihood.beginning(),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-LOGARITHM_MAX, LOGARITHM_MAX)] * 4,
        options={"maxiter": STEPS_MAX, "ftol": 1e-15, "gtol": 1e-9},
    )
    logarithms = np.asarray(found.x, np.float64)
    _, gradient = likelihood.negative_mean(logarithms)
    if np.abs(logarithms).max() > LOGARITHM_MAX - 1:
        raise LifetimeUnfit(model=model, problem=_UNTOLD)
    if np.abs(gradient).max() > GRADIENT_MAX:
        problem = "the search came to no end; check the dates of the orders, or take in more."
        raise LifetimeUnfit(model=model, problem=problem)
    errors = likelihood.errors(logarithms)
    if not all(error <= ERROR_MAX for error in errors):
        raise LifetimeUnfit(model=model, problem=_UNTOLD)
    r, alpha, a, b = (float(value) for value in np.exp(logarithms))
    first, second, third, fourth = errors
    return PurchaseFit(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        log_likelihood=likelihood.at(logarithms),
        errors=(first, second, third, fourth),
        customers=int(folded.customers.sum()),
        repeat_buyers=buyers,
        different=len(folded.repeats),
    )


def log_likelihood(folded: Folded, *, r: float, alpha: float, a: float, b: float) -> float:
    """Return the logarithm of how likely the histories are under these parameters."""
    return _Likelihood(folded).at(np.log(np.array([r, alpha, a, b])))


def alive(fit: PurchaseFit, *, repeats: Reals, last: Reals, age: Reals) -> Reals:
    """Return the probability that customers have not left; 1 for who bought once."""
    bought = np.maximum(repeats, 1)
    odds = fit.a / (fit.b + bought - 1)
    odds = odds * np.exp((fit.r + repeats) * np.log((fit.alpha + age) / (fit.alpha + last)))
    return np.asarray(1 / (1 + np.where(repeats > 0, odds, 0)), np.float64)


def expected_orders(
    fit: PurchaseFit, *, repeats: Reals, last: Reals, age: Reals, weeks: float
) -> Reals:
    """Return how many purchases are expected of customers within so many weeks to come.

    With nothing bought after the first purchase at age 0, it is what a new customer will bring.
    """
    r, alpha, a, b = fit.r, fit.alpha, fit.a, fit.b
    if min(abs(a - 1), abs(a + b - 1)) < BESIDE:
        a += 2 * BESIDE
    # Euler's transformation of the published form: its parameters do not grow with the purchases.
    elapsed = weeks / (alpha + age + weeks)
    series = scipy.special.hyp2f1(a + b - 1 - r, a - 1, a + b + repeats - 1, elapsed)
    living = (a + b + repeats - 1) / (a - 1) * (1 - (1 - elapsed) ** (a - 1) * series)
    return np.asarray(living * alive(fit, repeats=repeats, last=last, age=age), np.float64)


class _Likelihood:
    """The logarithm of the likelihood over logarithms of (r, alpha, a, b), with its gradient."""

    def __init__(self, folded: Folded) -> None:
        self.rows = folded
        self.total = float(folded.customers.sum())
        # What depends on the repeats alone is counted once for each number of repeats.
        self.times, places = np.unique(folded.repeats, return_inverse=True)
        self.shares = np.bincount(places, weights=folded.customers)
        self.again = folded.repeats > 0
        self.before = np.maximum(folded.repeats, 1) - 1

    def beginning(self) -> Reals:
        weeks = float((self.rows.age * self.rows.customers).sum()) / self.total
        return np.asarray(np.log([1.0, max(weeks, 1.0), 1.0, 2.0]), np.float64)

    def at(self, logarithms: Reals) -> float:
        return -self.negative_mean(logarithms)[0] * self.total

    def negative_mean(self, logarithms: Reals) -> tuple[float, Reals]:
        r, alpha, a, b = np.exp(logarithms)
        rows, times, shares = self.rows, self.times, self.shares
        log_age, log_last = np.log(alpha + rows.age), np.log(alpha + rows.last)
        stays = -(r + rows.repeats) * log_age
        left = np.log(a / (b + self.before)) - (r + rows.repeats) * log_last
        both = np.logaddexp(stays, np.where(self.again, left, -np.inf))
        gone = np.exp(np.where(self.again, left - both, -np.inf))
        here = 1 - gone
        by_times = (
            scipy.special.gammaln(r + times)
            + scipy.special.gammaln(b + times)
            - scipy.special.gammaln(a + b + times)
        )
        fixed = (
            r * np.log(alpha)
            - scipy.special.gammaln(r)
            + scipy.special.gammaln(a + b)
            - scipy.special.gammaln(b)
        )
        value = (shares * by_times).sum() + self.total * fixed + (rows.customers * both).sum()

        weight = rows.customers
        mean_log = (weight * (here * log_age + gone * log_last)).sum()
        mean_rate = here / (alpha + rows.age) + gone / (alpha + rows.last)
        rate = (weight * (r + rows.repeats) * mean_rate).sum()
        both_left = scipy.special.psi(a + b + times)
        slope = np.array(
            [
                (shares * scipy.special.psi(r + times)).sum()
                + self.total * (np.log(alpha) - scipy.special.psi(r))
                - mean_log,
                self.total * r / alpha - rate,
                self.total * scipy.special.psi(a + b)
                - (shares * both_left).sum()
                + (weight * gone).sum() / a,
                self.total * (scipy.special.psi(a + b) - scipy.special.psi(b))
                + (shares * (scipy.special.psi(b + times) - both_left)).sum()
                - (weight * gone / (b + self.before)).sum(),
            ]
        )
        return -value / self.total, -slope * np.array([r, alpha, a, b]) / self.total

    def errors(self, logarithms: Reals) -> list[float]:
        steps = np.eye(4) * HESSIAN_STEP
        rows = [
            self.negative_mean(logarithms + step)[1] - self.negative_mean(logarithms - step)[1]
            for step in steps
        ]
        hessian = np.array(rows) / (2 * HESSIAN_STEP)
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
        if values.min() <= 0:
            return [np.inf] * 4
        variances = (vectors**2 / values).sum(axis=1) / self.total
        return [float(error) for error in np.sqrt(variances)]
