"""Settings from the environment, refused with the variable's name and a remedy."""

from __future__ import annotations

import pytest

import tryon
from service import ServiceConfig


def test_every_kind_of_setting_is_read() -> None:
    config = ServiceConfig.from_environment(
        {
            "TRYON_SERVICE_MAX_SESSIONS": "9",
            "TRYON_SERVICE_IDLE_TIMEOUT_S": "12.5",
            "TRYON_SERVICE_CORS_ORIGINS": "https://a.example/, https://b.example",
            "TRYON_SERVICE_BRAND_TOKENS": "Lune=0123456789abcdef, Sol=fedcba9876543210",
            "TRYON_SERVICE_RATE_LIMIT": "5 per second",
        }
    )
    assert (config.max_sessions, config.idle_timeout_s) == (9, 12.5)
    assert config.cors_origins == ("https://a.example", "https://b.example")
    assert config.brand_tokens == {"Lune": "0123456789abcdef", "Sol": "fedcba9876543210"}
    assert config.rate_limit == "5 per second"


def test_nothing_set_is_the_default() -> None:
    assert ServiceConfig.from_environment({}) == ServiceConfig()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_SESSIONS", "many"),
        ("IDLE_TIMEOUT_S", "soon"),
        ("MAX_SESSIONS", "0"),
        ("MAX_JOBS", "-1"),
    ],
)
def test_bad_number_names_the_variable(name: str, text: str) -> None:
    with pytest.raises(tryon.InputError) as error:
        ServiceConfig.from_environment({f"TRYON_SERVICE_{name}": text})
    assert f"TRYON_SERVICE_{name}" in str(error.value)


@pytest.mark.parametrize("text", ["justonesecretwithoutname", "Lune=short"])
def test_bad_token_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(tryon.InputError) as error:
        ServiceConfig.from_environment({"TRYON_SERVICE_BRAND_TOKENS": text})
    assert text not in str(error.value)
    assert text.partition("=")[2] not in str(error.value).split() or not text.partition("=")[2]


def test_tokens_do_not_show_when_the_settings_are_printed() -> None:
    config = ServiceConfig(brand_tokens={"Lune": "0123456789abcdef"})
    assert "0123456789abcdef" not in repr(config)
