"""What a catalogue file says about one item: the schema `item.1`.

Sizes are written in millimetres, as the trade does; everything beyond this door is in metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

Category = Literal[
    "eyeglasses", "sunglasses", "hat", "headwear", "earrings", "necklace", "mask",
    "tshirt", "top", "shirt", "knitwear", "jacket", "coat", "trousers", "jeans", "shorts", "skirt",
    "dress", "gown", "suit", "shoes", "scarf", "watch", "bracelet", "ring",
]  # fmt: skip
CATEGORIES: tuple[Category, ...] = get_args(Category)
EYEWEAR: tuple[Category, ...] = ("eyeglasses", "sunglasses")

Anchor = Literal[
    "bridge", "crown", "forehead", "lobes", "neck", "body", "waist", "feet", "wrist", "finger"
]

ANCHORS: dict[Category, tuple[Anchor, ...]] = {
    "eyeglasses": ("bridge",),
    "sunglasses": ("bridge",),
    "hat": ("crown",),
    "headwear": ("forehead", "crown"),
    "earrings": ("lobes",),
    "necklace": ("neck",),
    "mask": ("bridge",),
    "trousers": ("waist", "body"),
    "jeans": ("waist", "body"),
    "shorts": ("waist", "body"),
    "skirt": ("waist", "body"),
    "shoes": ("feet",),
    "scarf": ("neck",),
    "watch": ("wrist",),
    "bracelet": ("wrist",),
    "ring": ("finger",),
}
"""Where a category may be worn, the usual place first; what is not named is worn on the body."""

PLACES: dict[Category, str] = {
    "eyeglasses": "before the eyes",
    "sunglasses": "before the eyes",
    "hat": "on the head",
    "headwear": "on the head",
    "earrings": "on the ears",
    "necklace": "round the neck",
    "scarf": "round the neck",
    "mask": "over the face",
    "shoes": "on the feet",
}
"""Places that hold one item at a time."""

ISO_8624 = ("a_mm", "b_mm", "dbl_mm", "temple_mm")
"""Width and height of the boxed lens, distance between lenses, length of a temple (ISO 8624:2020)."""

Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, strict=True)
]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", strict=True)]
Words = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f]$"
    ),
]
SizeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*_mm$")]
Millimetres = Annotated[float, Field(gt=0, le=3000, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(ge=-3000, le=3000, allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate, Coordinate]
Parameter = str | bool | int | float | tuple[float, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Part):
    """A name in English and in Chinese."""

    en: Words
    zh: Words


class Price(_Part):
    """amount: in major units; currency: ISO 4217."""

    amount: Decimal = Field(ge=0, max_digits=10, decimal_places=2)
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def __str__(self) -> str:
        whole = self.amount == self.amount.to_integral_value()
        return f"{self.amount:,.{0 if whole else 2}f} {self.currency}"


class Recipe(_Part):
    """The geometry is made by a recipe of the atelier.

    name: of the recipe; parameters: what differs from its defaults. Sizes of the item whose names are
    parameters of the recipe need not be repeated.
    """

    name: Slug
    parameters: Mapping[str, Parameter] = Field(default_factory=dict)


class Hinges(_Part):
    """Where the temples of a model turn, in its own millimetres; length_mm: hinge to the ear's bend."""

    left_mm: Point
    right_mm: Point
    length_mm: Millimetres


class Band(_Part):
    """Half axes of a hat model's inner opening."""

    half_width_mm: Millimetres
    half_depth_mm: Millimetres


class Model(_Part):
    """The geometry is a GLB file beside the catalogue file, as `tryon import` writes it.

    Its space is `asset`: metres, x to the wearer's left, y up, z forward, origin at the point of
    contact. scale, turn_deg (about x, y, z in this order) and offset_mm correct it by hand.
    """

    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_. -]*\.glb$")]
    scale: float = Field(1.0, gt=0.01, le=100)
    turn_deg: Point = (0.0, 0.0, 0.0)
    offset_mm: Point = (0.0, 0.0, 0.0)
    hinges: Hinges | None = None
    band: Band | None = None


class Finish(_Part):
    """Changes one material of a model."""

    color: Color | None = None
    opacity: float | None = Field(None, ge=0, le=1)
    metallic: float | None = Field(None, ge=0, le=1)
    roughness: float | None = Field(None, ge=0, le=1)


class Variant(_Part):
    """One colour or material in which the item is sold.

    parameters: of the recipe, over those of the item; finishes: material name → change, for models;
    colors: one to three swatches for lists.
    """

    name: Slug
    title: Title
    parameters: Mapping[str, Parameter] = Field(default_factory=dict)
    finishes: Mapping[str, Finish] = Field(default_factory=dict)
    colors: tuple[Color, ...] = Field(default=(), max_length=3)


STANDARD = Variant(name="standard", title=Title(en="Standard", zh="标准"))


class Item(_Part):
    """One item of the catalogue. Its file is called `<id>.yaml`."""

    schema_: Literal["item.1"] = Field(alias="schema")
    id: Slug
    title: Title
    brand: Words
    category: Category
    anchor: Anchor
    sizes: Mapping[SizeName, Millimetres] = Field(default_factory=dict)
    recipe: Recipe | None = None
    model: Model | None = None
    variants: tuple[Variant, ...] = Field((STANDARD,), min_length=1)
    price: Price | None = None
    link: str | None = Field(None, pattern=r"^https?://[^\s]+$", max_length=2000)
    licence: Words
    attribution: Words
    _folder: Path = PrivateAttr(Path())

    def model_post_init(self, context: Any, /) -> None:
        """Keeps where the file lies, for what lies beside it."""
        self._folder = (context or {}).get("folder", Path())

    @property
    def model_path(self) -> Path | None:
        """The file of the item's model, if it has one."""
        return None if self.model is None else self.beside(self.model.file)

    def beside(self, name: str) -> Path:
        """The path of a file that the catalogue file names: beside it, unless it is absolute."""
        return self._folder / name

    @model_validator(mode="before")
    @classmethod
    def _usual_anchor(cls, fields: object) -> object:
        if isinstance(fields, dict) and "anchor" not in fields:
            category = fields.get("category")
            if category in CATEGORIES:
                return {**fields, "anchor": ANCHORS.get(category, ("body",))[0]}
        return fields

    def variant(self, name: str) -> Variant | None:
        """The variant of that name, if there is one."""
        return next((variant for variant in self.variants if variant.name == name), None)
