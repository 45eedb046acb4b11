"""The garments that there are, and how they are got: shipped, cached, or baked now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tryon.wardrobe.body import Body
from tryon.wardrobe.sizes import body_size, figure_of
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.garments import (
    boots,
    bottoms,
    dresses,
    jeans,
    knits,
    pumps,
    sandals,
    shirts,
    shoes,
    skirts,
    tailored,
    tops,
)
from tryon.wardrobe.tailor.make import BakedGarment, Draft, Progress, make
from tryon.wardrobe.tailor.store import cached_path, read, recipe_hash, shipped_path, write


@dataclass(frozen=True)
class Cut:
    """A recipe with its numbers, and what drafts it (or makes it outright, where nothing is draped)."""

    recipe: object
    draft: Callable[[Form, Any], Draft | BakedGarment]


CUTS: Mapping[str, Cut] = {
    "tee": Cut(tops.TEE, tops.top),
    "long-sleeve": Cut(tops.MARINIERE, tops.top),
    "oxford-shirt": Cut(shirts.OXFORD, shirts.shirt),
    "blouse": Cut(shirts.BLOUSE, shirts.shirt),
    "turtleneck": Cut(knits.TURTLENECK, knits.knit),
    "cable-knit": Cut(knits.CABLE, knits.knit),
    "sweatshirt": Cut(knits.SWEATSHIRT, knits.knit),
    "bomber": Cut(knits.BOMBER, knits.knit),
    "trousers": Cut(bottoms.TROUSERS, bottoms.trousers),
    "jeans": Cut(jeans.JEANS, jeans.jeans),
    "wide-trousers": Cut(bottoms.WIDE_TROUSERS, bottoms.trousers),
    "shorts": Cut(bottoms.SHORTS, bottoms.trousers),
    "skirt": Cut(bottoms.SKIRT, bottoms.skirt),
    "pencil-skirt": Cut(skirts.PENCIL, skirts.pencil),
    "pleated-skirt": Cut(skirts.PLEATED, skirts.pleated),
    "slip-dress": Cut(dresses.SLIP, dresses.slip),
    "gown": Cut(dresses.GOWN, dresses.dress),
    "dress": Cut(dresses.DRESS, dresses.dress),
    "blazer": Cut(tailored.BLAZER, tailored.tailored),
    "coat": Cut(tailored.COAT, tailored.tailored),
    "tuxedo": Cut(tailored.TUXEDO, tailored.tailored),
    "overcoat": Cut(tailored.OVERCOAT, tailored.tailored),
    "trench": Cut(tailored.TRENCH, tailored.tailored),
    "biker": Cut(tailored.BIKER, tailored.tailored),
    "loafers": Cut(shoes.LOAFERS, shoes.loafers),
    "ballerinas": Cut(shoes.BALLERINAS, shoes.loafers),
    "pumps": Cut(pumps.PUMPS, pumps.pumps),
    "block-pumps": Cut(pumps.BLOCK_PUMPS, pumps.pumps),
    "sandals": Cut(sandals.SANDALS, sandals.sandals),
    "sneakers": Cut(boots.SNEAKERS, boots.boots),
    "ankle-boots": Cut(boots.ANKLE_BOOTS, boots.boots),
    "boots": Cut(boots.BOOTS, boots.boots),
}
"""Name → cut."""


def digest_of(name: str, size: str | None = None) -> str:
    """What a bake of this cut must carry. Raises KeyError for an unknown cut, InputError for a size."""
    recipe = CUTS[name].recipe
    return recipe_hash(name, recipe if size is None else (recipe, body_size(size)))


def form_of(body: Body, size: str | None = None) -> Form:
    """The form that a size is cut and draped for; None: the neutral figure.

    Raises InputError for a size that there is not.
    """
    return Form.of(body) if size is None else Form(body, figure_of(body, size))


def bake(name: str, form: Form, *, progress: Progress | None = None) -> BakedGarment:
    """Make a garment now. Raises KeyError for an unknown cut."""
    cut = CUTS[name]
    drafted = cut.draft(form, cut.recipe)
    return make(drafted, form, progress=progress) if isinstance(drafted, Draft) else drafted


def baked_garment(
    name: str, *, size: str | None = None, progress: Progress | None = None
) -> BakedGarment:
    """A garment of a size: the shipped bake, else the cached one, else baked now.

    size: a letter of `wardrobe.sizes`, None for the neutral figure. Raises KeyError for an unknown cut,
    InputError for an unknown size, SuppliesError when the base body is missing.
    """
    digest = digest_of(name, size)
    for path in (shipped_path(name), cached_path(name, digest)):
        found = read(path, digest)
        if found is not None:
            return found
    made = bake(name, form_of(Body.load(), size), progress=progress)
    path = cached_path(name, digest)
    write(path, made, digest)
    # What was rounded on its way to the disk is what everybody gets, the first time too.
    return read(path, digest) or made


def refresh(name: str, form: Form, *, progress: Progress | None = None) -> BakedGarment:
    """Bake a garment anew and put it where the shipped bakes lie.

    Raises KeyError for an unknown cut.
    """
    made = bake(name, form, progress=progress)
    write(shipped_path(name), made, digest_of(name))
    return made
