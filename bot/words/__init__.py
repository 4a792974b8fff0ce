"""Every word the bot says: TOML catalogues per locale, Jinja2 templates, escaped for Telegram's HTML.

A file holds tables such as [message], [refusal], [button], [note]; a word's key is `table.name`. Files of one locale
are read together: a key may stand in one file only, and both locales hold the same keys (tests/test_words.py).
"""

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from html import unescape
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from bot.words.filters import dot, filters_for

LOCALES = ("zh", "en")


class Catalogue:
    """The words of one locale."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._templates: dict[str, Template] = {}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Key → template text. Raises ValueError when a key stands in two files."""
        found: dict[str, str] = {}
        for file in sorted(files("bot.words").joinpath(self.locale).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".toml"):
                for key, text in _flat(tomllib.loads(file.read_text(encoding="utf-8"))):
                    if key in found:
                        raise ValueError(f"{self.locale}: {key} stands twice, again in {file.name}")
                    found[key] = text
        return found

    @cached_property
    def _plain(self) -> dict[str, str]:
        """Words without facts, as most buttons are: to render one costs more than all else that is done with it."""
        return {key: text.strip("\n") for key, text in self.sources.items() if "{" not in text}

    @cached_property
    def _environment(self) -> SandboxedEnvironment:
        environment = SandboxedEnvironment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters.update(filters_for(self.locale))
        environment.filters["word"] = self._word
        environment.filters["label"] = self._label
        return environment

    def _word(self, name: object, table: str, /, **facts: Any) -> Markup:
        """In a template: `state|word("state")` is the word `state.<name>` of the same locale, with its facts if any."""
        return Markup(self.say(f"{table}.{name}", facts))

    def _label(self, flag: str) -> Markup:
        """A label with its coloured dot; the word always stands beside the colour."""
        return Markup(f"{dot(flag)} {self._word(flag, 'flag')}".strip())

    def has(self, key: str) -> bool:
        return key in self.sources

    def say(self, key: str, facts: Mapping[str, Any]) -> str:
        """The text of a key with its facts: HTML, with every fact escaped."""
        plain = self._plain.get(key)
        if plain is not None:
            return plain
        template = self._templates.get(key)
        if template is None:
            macros = self.sources.get("macro.lines", "") if key.startswith("message.") else ""
            template = self._templates[key] = self._environment.from_string(macros + self.sources[key].strip("\n"))
        return template.render(facts).strip("\n")


def _flat(tables: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in tables.items():
        if isinstance(value, str):
            pairs.append((prefix + name, value))
        else:
            pairs += _flat(value, f"{prefix}{name}.")
    return pairs


@cache
def catalogue(locale: str) -> Catalogue:
    return Catalogue(locale if locale in LOCALES else "zh")


def say(locale: str, key: str, **facts: Any) -> str:
    return catalogue(locale).say(key, facts)


def buttons(locale: str, rows: list[list[list[Any]]]) -> list[list[tuple[str, str]]]:
    """Rows of (label, data) from rows of [word, data, facts]; a label is plain text, so it is not escaped."""
    words = catalogue(locale)
    return [[(unescape(words.say(f"button.{b[0]}", b[2] if len(b) > 2 else {})), b[1]) for b in row] for row in rows]
