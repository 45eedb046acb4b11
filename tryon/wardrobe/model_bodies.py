"""The six models of the house: bodies by name, the same in lookbooks and in shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tryon.core.errors import InputError
from tryon.wardrobe.body import Body, Figure


@dataclass(frozen=True)
class ModelBody:
    """One model. name: a given name; sex: whose line the model walks; shape: direction of the body's
    shape → coefficient, 0 neutral, ±1 its ends."""

    name: str
    sex: Literal["woman", "man"]
    shape: Mapping[str, float]

    def figure(self, body: Body) -> Figure:
        """The model in the body's rest pose."""
        return body.shaped(self.shape)


def _model(name: str, sex: Literal["woman", "man"], **shape: float) -> ModelBody:
    return ModelBody(name, sex, MappingProxyType(shape))


model_bodies: Mapping[str, ModelBody] = MappingProxyType(
    {
        model.name: model
        for model in (
            _model(
                "noor",
                "woman",
                male=-1.0,
                height=0.25,
                proportions=0.7,
                weight=-0.2,
                shoulder_width=-0.8,
            ),
            _model(
                "mei",
                "woman",
                male=-1.0,
                height=0.225,
                proportions=0.6,
                weight=-0.35,
                shoulder_width=-0.9,
            ),
            _model(
                "ingrid",
                "woman",
                male=-0.9,
                height=0.265,
                proportions=0.75,
                weight=-0.25,
                shoulder_width=-0.6,
            ),
            _model(
                "amara",
                "woman",
                male=-1.0,
                height=0.243,
                proportions=0.75,
                bust=0.2,
                hip=0.3,
                shoulder_width=-0.7,
            ),
            _model("kofi", "man", male=1.0, height=0.22, proportions=0.8, muscle=0.4),
            _model(
                "luca", "man", male=0.9, height=0.2, proportions=0.75, weight=-0.25, muscle=0.15
            ),
        )
    }
)
"""Name → model, in the order in which they walk."""


def model_body(name: str) -> ModelBody:
    """The model of that name. Raises InputError for a name that there is not."""
    if name not in model_bodies:
        raise InputError(
            f"There is no model {name!r}.", remedy=f"There are {', '.join(model_bodies)}."
        )
    return model_bodies[name]
