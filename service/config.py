"""What an operator may set, from the environment or in code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import tryon

MB = 1024 * 1024
IN_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""


@dataclass(frozen=True)
class ServiceConfig:
    """Settings of the service; each one is also read from `TRYON_SERVICE_<NAME>`.

    max_sessions: live visitors of the whole machine at once, over all workers; idle_timeout_s: a live
    session without a frame ends; resume_s: a lost link may come back within this time; run_dir: a
    folder in memory that the workers of one machine share (tickets, counters and clips being worked
    on), "" for one of this process's own; cache_dir: where pictures of items are kept, "" for the
    user's cache; cors_origins: other sites whose pages may call the API; embed_origins: other sites
    that may show the widget; rate_limit, brand_rate_limit: of try-ons and of brands' uploads and visits, an
    address, in Flask-Limiter's words (the latter also slows down the guessing of tokens); rate_storage:
    where its counts are kept (a redis:// address shares them between workers); brand_tokens: name →
    secret of at least 16 characters, as "maison=secret, other=secret"; proxies: how many reverse
    proxies in front are trusted to tell the visitor's address and scheme.
    """

    max_sessions: int = 4
    idle_timeout_s: float = 60.0
    resume_s: float = 20.0
    max_picture_mb: int = 12
    max_clip_mb: int = 64
    max_clip_s: float = 60.0
    max_model_mb: int = 32
    max_jobs: int = 4
    job_keep_s: float = 900.0
    import_memory_mb: int = 2048
    import_timeout_s: float = 60.0
    rate_limit: str = "120 per minute"
    brand_rate_limit: str = "60 per minute"
    rate_storage: str = "memory://"
    cors_origins: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()
    brand_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxies: int = 0
    run_dir: str = ""
    cache_dir: str = ""
    catalogue_dir: str = ""

    def __post_init__(self) -> None:
        for name in ("max_sessions", "max_picture_mb", "max_clip_mb", "max_model_mb", "max_jobs"):
            if getattr(self, name) < 1:
                raise tryon.InputError(
                    f"{name} is {getattr(self, name)}.",
                    remedy=f"Set {_variable(name)} to 1 or more.",
                )
        for brand, secret in self.brand_tokens.items():
            if len(secret) < SHORTEST_TOKEN:
                raise tryon.InputError(
                    f"The token of {brand!r} has fewer than {SHORTEST_TOKEN} characters.",
                    remedy="Make one with `python -c 'import secrets; print(secrets.token_urlsafe())'`.",
                )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> ServiceConfig:
        """Read `TRYON_SERVICE_*`; raises InputError that names the variable and what it may be."""
        given = os.environ if environ is None else environ
        found: dict[str, object] = {}
        for each in fields(cls):
            text = given.get(_variable(each.name), "").strip()
            if text:
                found[each.name] = _parsed(
                    each.name, text, cls.__dataclass_fields__[each.name].type
                )
        return cls(**found)  # type: ignore[arg-type]  # each was parsed by its field's type

    @property
    def own_catalogue(self) -> Path | None:
        """The folder that brands publish to, or None for the user's own."""
        return Path(self.catalogue_dir).expanduser() if self.catalogue_dir else None


SHORTEST_TOKEN = 16


def _variable(name: str) -> str:
    return f"TRYON_SERVICE_{name.upper()}"


def _parsed(name: str, text: str, kind: object) -> object:
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError as error:
        raise tryon.InputError(
            f"{_variable(name)} is {text!r}.", remedy="Give a number."
        ) from error
    if kind == "tuple[str, ...]":
        return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if str(kind).startswith("Mapping"):
        return _tokens(name, text)
    return text


def _tokens(name: str, text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if not all(brand and mark and secret for brand, mark, secret in pairs):
        # The value is a secret: it is not repeated.
        raise tryon.InputError(
            f"{_variable(name)} cannot be read.", remedy="Write it as maison=secret, other=secret."
        )
    return {brand.strip(): secret.strip() for brand, _, secret in pairs}
