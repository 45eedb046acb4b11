"""Face landmarks to a metric head under the frame's real camera."""

from tryon.stages.fit_face.fitter import FaceFitter

__all__ = ["FaceFitter"]
