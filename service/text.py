"""What pages say, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import yaml
from flask import Flask, Response, g, request

import tryon

LANGUAGES = ("en", "zh")
COOKIE = "lang"
Translator = Callable[..., str]


@cache
def texts() -> dict[str, dict[str, str]]:
    """Key → language → text."""
    raw = files("service").joinpath("texts.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(raw)
    return loaded


def chosen_language() -> str:
    """What the visitor switched to, else what the browser asks for."""
    asked = request.args.get("lang") or request.cookies.get(COOKIE)
    if asked in LANGUAGES:
        return str(asked)
    return request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "zh-HK", "en"], "en")[:2]


def translator() -> Translator:
    """Says a key in the language of this request; `{names}` are filled in."""
    language = chosen_language()

    def say(key: str, **words: object) -> str:
        return texts()[key][language].format(**words) if words else texts()[key][language]

    return say


def page_texts(prefix: str) -> dict[str, str]:
    """The texts that scripts need, by key without the prefix."""
    language = chosen_language()
    return {
        key.removeprefix(prefix): each[language]
        for key, each in texts().items()
        if key.startswith(prefix)
    }


def register(app: Flask) -> None:
    """Gives every template `t` and `language`, and remembers a switch of language."""

    @app.context_processor
    def _words() -> dict[str, object]:
        return {"t": translator(), "language": chosen_language(), "price": price}

    @app.after_request
    def _remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES and asked != request.cookies.get(COOKIE) and not g.get("may_be_kept"):
            response.set_cookie(
                COOKIE, asked, max_age=31536000, samesite="Lax", secure=request.is_secure
            )
        response.headers.add("Vary", "Accept-Language, Cookie")
        return response


_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}


def price(item: tryon.Item) -> str:
    """As a shop writes it, or "" when there is none."""
    if item.price is None:
        return ""
    amount = item.price.amount
    whole = amount == amount.to_integral_value()
    number = f"{amount:,.{0 if whole else 2}f}"
    sign = _SIGNS.get(item.price.currency)
    return f"{sign}{number}" if sign else f"{number} {item.price.currency}"
