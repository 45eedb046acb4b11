"""How far a number may be from its golden's where bits cannot be compared, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tryon.core.errors import InputError
from tryon.supplies import assets_dir

Number = Annotated[float, Field(strict=True)]
"""YAML's `no` is not a zero."""
Words = Annotated[str, Field(min_length=1, max_length=400)]


class Limit(BaseModel):
    """A measure and what it may be: at most, at least, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9]+)?$")]
    most: Number | None = None
    least: Number | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Limit:
        if self.most is None and self.least is None:
            raise ValueError("give `most` or `least`")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value is within; one that is not a number is not."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    @property
    def limit(self) -> str:
        """In words."""
        parts = [("at most", self.most), ("at least", self.least)]
        return " and ".join(f"{word} {value:g}" for word, value in parts if value is not None)


class Tolerance(Limit):
    """A limit for other machines, with its reason."""

    reason: Words


class Tolerances(BaseModel):
    """A file of tolerances."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["tryon.tolerances.1"] = Field(alias="schema")
    tolerances: tuple[Tolerance, ...]


Form = TypeVar("Form", bound=BaseModel)


def bundled_tolerances() -> Path:
    """The project's own tolerances."""
    return assets_dir() / "qa" / "tolerances.yaml"


def read_tolerances(path: Path) -> tuple[Tolerance, ...]:
    """Raises InputError with file, field and remedy."""
    return read_form(path, Tolerances).tolerances


def read_form(path: Path, form: type[Form]) -> Form:
    """A YAML file as a checked type. Raises InputError with file, field and remedy."""
    try:
        fields = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", remedy="Correct the path."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise InputError(
            f"{path}:{line}: expected YAML, but {getattr(error, 'problem', None) or error}.",
            remedy="Mind indentation, quotes and colons.",
        ) from error
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"]) or "the file"
        raise InputError(
            f"{path}: {field}: {first['msg'].lower()}, found {first['input']!r:.60}.",
            remedy="Correct the file.",
        ) from error
