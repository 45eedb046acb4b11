"""What is known of one person from frame to frame: build, girth, size, and the filters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tryon.core.filters import NS_PER_S, low_pass_share
from tryon.core.landmarks import PoseLandmarks
from tryon.core.spaces import Floats
from tryon.stages.fit_body.girth import GirthReading
from tryon.stages.fit_body.lift import Build
from tryon.stages.fit_body.likeness import Likeness
from tryon.stages.fit_body.steady import Steadier
from tryon.wardrobe.body_girth import GIRTHS

BUILD_CUTOFF_HZ = 0.25
"""Lengths and scale are refined this slowly …"""
FIRST_BUILD_S = 1.0
"""… after the first second, whose looks count alike."""
GIRTH_EVERY_S = 0.3
SIZES_EVERY_S = 1.5
GIRTH_CUTOFF_HZ = 0.15
"""The moving average of the girth."""
GLIDE_CUTOFF_HZ = 1.0
"""How fast the shown girth follows the average, so that no measure makes it pop."""
MOST_GLIDE_A_S = 0.4
SIZE_CUTOFF_HZ = 0.2


class Person:
    """The state of one track. Times are those of the frames."""

    def __init__(self) -> None:
        self.steadier = Steadier()
        self.last_px: Floats | None = None
        self.measurements: Mapping[str, float] = {}
        self.likeness = Likeness({}, {})
        self.girth_goal: Floats | None = None
        self._build: Build | None = None
        self._looks = 0
        self._t_ns: int | None = None
        self._dt_s = 0.0
        self._first_t_ns = 0
        self._reading: GirthReading | None = None
        self._shown: Floats | None = None
        self._girth_t_ns: int | None = None
        self._sizes_t_ns: int | None = None
        self._size_log = 0.0
        self._sized = False

    def begin(self, pose: PoseLandmarks, t_ns: int) -> None:
        """A new frame: everything that follows happens at its time."""
        if self._t_ns is None:
            self._first_t_ns = t_ns
        self._dt_s = 0.0 if self._t_ns is None else max(t_ns - self._t_ns, 0) / NS_PER_S
        self._t_ns = t_ns
        self.last_px = pose.px

    def refined(self, build: Build, trust: float) -> Build:
        """The person's build after one more look at it that is trusted by 0 to 1."""
        if self._build is None:
            self._build = build
            self._looks = 1
            return build
        self._looks += 1
        age_s = ((self._t_ns or 0) - self._first_t_ns) / NS_PER_S
        gain = (
            1 / self._looks
            if age_s < FIRST_BUILD_S
            else low_pass_share(BUILD_CUTOFF_HZ, self._dt_s)
        )
        gain *= trust
        old = self._build
        self._build = Build(
            old.scale + gain * (build.scale - old.scale),
            old.lengths + gain * (build.lengths - old.lengths),
        )
        return self._build

    @property
    def build(self) -> Build | None:
        """The build as refined so far."""
        return self._build

    @property
    def girth_weight(self) -> Floats:
        """(G,) how surely each girth has been measured, 0 to 1."""
        return (
            np.zeros(len(GIRTHS)) if self._reading is None else np.minimum(self._reading.weight, 1)
        )

    def girth_is_due(self) -> bool:
        """Whether the girth should be measured in this frame."""
        t_ns = self._t_ns or 0
        return self._girth_t_ns is None or not (
            0 <= t_ns - self._girth_t_ns < GIRTH_EVERY_S * NS_PER_S
        )

    def sizes_are_due(self) -> bool:
        """Whether sizes should be read off the girth anew: true for the first, then now and then."""
        t_ns = self._t_ns or 0
        last, every = self._sizes_t_ns, SIZES_EVERY_S * NS_PER_S
        if last is not None and 0 <= t_ns - last < every:
            return False
        self._sizes_t_ns = t_ns
        return True

    def averaged(self, reading: GirthReading) -> GirthReading:
        """The moving average of all readings, each as weighty as it is sure."""
        t_ns = self._t_ns or 0
        if self._reading is not None and self._girth_t_ns is not None:
            dt_s = max(t_ns - self._girth_t_ns, 0) / NS_PER_S
            old = (1 - low_pass_share(GIRTH_CUTOFF_HZ, dt_s)) * self._reading.weight
            weight = old + reading.weight
            total = old * self._reading.growth + reading.weight * reading.growth
            reading = GirthReading(total / np.maximum(weight, 1e-12), weight)
        self._reading, self._girth_t_ns = reading, t_ns
        return reading

    def girth(self) -> Floats:
        """(G,) the girth to show, gliding to its goal."""
        if self._shown is None or self.girth_goal is None:
            shown = np.zeros(len(GIRTHS)) if self.girth_goal is None else self.girth_goal
            if self.girth_goal is not None:
                self._shown = shown
            return shown
        share = low_pass_share(GLIDE_CUTOFF_HZ, self._dt_s)
        most = MOST_GLIDE_A_S * self._dt_s
        self._shown = self._shown + np.clip(share * (self.girth_goal - self._shown), -most, most)
        return self._shown

    def size(self, ratio: float, trust: float) -> float:
        """How much larger and farther the person is than the landmarks say, refined slowly."""
        if trust > 0:
            log = float(np.log(ratio))
            if not self._sized:
                self._size_log, self._sized = log, True
            gain = trust * low_pass_share(SIZE_CUTOFF_HZ, self._dt_s)
            self._size_log += gain * (log - self._size_log)
        return float(np.exp(self._size_log))
