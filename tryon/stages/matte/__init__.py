"""What makes the difference between a sticker and clothes: hair, hands and what is worn for real."""

from tryon.stages.matte.erase import OldClothes
from tryon.stages.matte.matte import InFront, Matte
from tryon.stages.matte.old_clothes import Dressed

__all__ = ["Dressed", "InFront", "Matte", "OldClothes"]
