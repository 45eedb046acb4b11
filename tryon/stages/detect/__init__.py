"""Faces, bodies and their landmarks in pictures: the only home of MediaPipe."""

from tryon.core.promised import put_off

with put_off("matplotlib", "matplotlib.pyplot", "sounddevice"):
    import mediapipe.tasks  # noqa: F401  # first of all, and without them

from tryon.stages.detect.body import BodyDetector
from tryon.stages.detect.boxes import Box
from tryon.stages.detect.face import DetectorMode, FaceDetector

__all__ = ["BodyDetector", "Box", "DetectorMode", "FaceDetector"]
