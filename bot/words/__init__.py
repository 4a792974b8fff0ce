"""Every word the bot says: TOML catalogues per locale, Jinja2 templates, escaped for Telegram's HTML.

A file holds tables such as [message], [refusal], [button], [note]; a word's key is `table.name`. Files of one locale
are read together: a key may stand in one file only, and both locales hold the same keys (tests/test_words.py).
"""

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from html import unescape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from bot.words.filters import dot, filters_for

LOCALES = ("zh", "en")


class BadWords(Exception):
    """The catalogues cannot be used; the message names the key and the file (exit 2)."""


class Catalogue:
    """The words of one locale, from the files of its folder (the shipped ones unless another `root` is given)."""

    def __init__(self, locale: str, root: Traversable | None = None) -> None:
        self.locale = locale
        self._root = root or files("bot.words")
        self._templates: dict[str, Template] = {}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Key → template text. Raises BadWords when a file cannot be read or a key stands in two files."""
        return {key: text for key, (_, text) in self._placed.items()}

    @cached_property
    def _placed(self) -> dict[str, tuple[str, str]]:
        """Key → (the file it stands in, template text)."""
        found: dict[str, tuple[str, str]] = {}
        for file in sorted(self._root.joinpath(self.locale).iterdir(), key=lambda file: file.name):
            if not file.name.endswith(".toml"):
                continue
            place = f"words/{self.locale}/{file.name}"
            try:
                tables = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise BadWords(f"{place}: {error}") from None
            for key, text in _flat(tables):
                if key in found:
                    raise BadWords(f"{place}: {key} stands in {found[key][0]} too")
                found[key] = place, text
        return found

    def lacks(self, other: "Catalogue") -> tuple[str, str] | None:
        """The first key, with its file, that the other locale has and this one has not."""
        return next(((key, place) for key, (place, _) in other._placed.items() if key not in self._placed), None)

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


def check(root: Traversable | None = None) -> None:
    """Every file can be read, no key stands twice, and each locale has every key of the others. Raises BadWords.

    A start is the time to find this: a message whose words are missing would fail when it is sent.
    """
    found = [Catalogue(locale, root) if root else catalogue(locale) for locale in LOCALES]
    for one in found:
        for other in found:
            lacking = one.lacks(other)
            if lacking is not None:
                raise BadWords(f"words/{one.locale}: {lacking[0]} of {lacking[1]} is missing")


@cache
def catalogue(locale: str) -> Catalogue:
    return Catalogue(locale if locale in LOCALES else "zh")


def say(locale: str, key: str, **facts: Any) -> str:
    return catalogue(locale).say(key, facts)


def buttons(locale: str, rows: list[list[list[Any]]]) -> list[list[tuple[str, str]]]:
    """Rows of (label, data) from rows of [word, data, facts]; a label is plain text, so it is not escaped."""
    words = catalogue(locale)
    return [[(unescape(words.say(f"button.{b[0]}", b[2] if len(b) > 2 else {})), b[1]) for b in row] for row in rows]
