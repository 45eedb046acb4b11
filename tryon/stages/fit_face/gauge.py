"""Keeps a person's shape from turning, moving or growing: that belongs to the pose and the size.

Nothing in a picture says which part of it is shape and which is pose; left alone, the shape's share
of the turn wanders off over minutes.
"""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.stages.fit_face.pose import DEPTH_SHARE


class Gauge:
    """Takes small turns, shifts and growth out of displacements, weighed as the pose weighs them.

    points: (n, 3) in `head`, metres; trust: (n,).
    """

    def __init__(self, points: Floats, trust: Floats) -> None:
        x, y, z = (points - trust @ points / trust.sum()).T
        none, one = np.zeros_like(x), np.ones_like(x)
        moves = [
            (none, -z, y), (z, none, -x), (-y, x, none),
            (one, none, none), (none, one, none), (none, none, one), (x, y, z),
        ]  # fmt: skip
        self._moves = np.array([np.stack(move, axis=1).ravel() for move in moves])
        weighted = self._moves * (trust[:, None] * np.array([1.0, 1.0, DEPTH_SHARE])).ravel()
        self._shares = np.linalg.solve(weighted @ self._moves.T, weighted)

    def __call__(self, displacement: Floats) -> Floats:
        """(n, 3) the displacement without its turn, shift and growth."""
        rigid = (self._shares @ displacement.ravel()) @ self._moves
        return np.asarray(displacement - rigid.reshape(displacement.shape))
