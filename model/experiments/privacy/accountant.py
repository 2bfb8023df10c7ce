"""What DP-SGD promises: ε, by the accountant of Google's library dp-accounting."""

ORDERS = (*range(2, 64), *range(64, 257, 4), 512)
"""Of Rényi divergence, whole ones: for others the sums do not converge where batches are large."""
DELTA = 1e-5


def epsilon(noise: float, share: float, updates: int, delta: float = DELTA) -> float:
    """How much a single digit can change what is likely to come out of a training.

    With ε every event is at most e^ε times as likely with the digit as without it, but for a
    probability of δ. Mironov, Talwar and Zhang 2019, "Rényi differential privacy of the sampled
    Gaussian mechanism".

    Args:
        noise: in units of the longest gradient, above 0.
        share: the chance of each digit to be in a batch.
        updates: how many batches.
        delta: the probability that is left out.
    """
    from dp_accounting import GaussianDpEvent, PoissonSampledDpEvent
    from dp_accounting.rdp import RdpAccountant

    accountant = RdpAccountant(orders=ORDERS)
    accountant.compose(PoissonSampledDpEvent(share, GaussianDpEvent(noise)), updates)
    return float(accountant.get_epsilon(delta))
