"""Who belongs to whom: the cheapest pairs of two lists."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats

_DEAR = 1e3


def cheapest_pairs(costs: Floats, *, below: float = np.inf) -> dict[int, int]:
    """{row: column} of the pairs that cost least in total; each row and column is in one at most.

    costs: (N, M), each well below 1,000 or infinite; pairs that cost `below` or more are left out.
    """
    if not costs.size:
        return {}
    finite = np.where(np.isfinite(costs), costs, _DEAR)
    if 1 in costs.shape:
        row, column = np.unravel_index(int(finite.argmin()), costs.shape)
        pairs = [(int(row), int(column))]
    else:
        # Several people are rare, and what solves for them takes long to load.
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        pairs = [(int(r), int(c)) for r, c in zip(*linear_sum_assignment(finite), strict=True)]
    return {r: c for r, c in pairs if costs[r, c] < below}
