"""What makes the difference between a sticker and clothes: hair, hands and what is worn for real."""

from tryon.stages.matte.matte import InFront, Matte

__all__ = ["InFront", "Matte"]
