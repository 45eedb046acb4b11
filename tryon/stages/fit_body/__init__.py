"""Bodies in metres from pose landmarks, masks and face fits."""

from tryon.stages.fit_body.fitter import BodyFitter

__all__ = ["BodyFitter"]
