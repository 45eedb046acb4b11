"""Faces, bodies and their landmarks in pictures: the only home of MediaPipe."""

from tryon.stages.detect.body import BodyDetector
from tryon.stages.detect.boxes import Box
from tryon.stages.detect.face import DetectorMode, FaceDetector

__all__ = ["BodyDetector", "Box", "DetectorMode", "FaceDetector"]
