"""Formatted text: Telegram HTML read into plain text and entities, lengths in UTF-16 units.

An entity is `{"type", "offset", "length", …}` with offset and length in UTF-16 code units, as in the Bot API.
The reader follows TDLib's parse_html, its refusals included (byte offsets are those of the UTF-8 source).
"""

from typing import Any

from bot.sandbox.refusals import bad
from bot.sandbox.urls import checked_link, user_of_link

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACE = " \t\r\n\0\v"


def utf16_length(text: str) -> int:
    """How many UTF-16 code units: what every limit of Telegram counts."""
    return len(text) if text.isascii() else len(text) + sum(1 for char in text if char > "\uffff")


def utf16_index(text: str, offset: int) -> int:
    """The index in `text` of a UTF-16 offset (the nearest one after it when it falls inside a pair)."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return min(offset, len(text))
    units = 0
    for index, char in enumerate(text):
        if units >= offset:
            return index
        units += 2 if char > "\uffff" else 1
    return len(text)


class _Reader:
    """One pass over an HTML source; `text` and `entities` are what Telegram would keep."""

    def __init__(self, source: str) -> None:
        self.source = source + "\0"
        self.at = 0
        self.units = 0
        self.parts: list[str] = []
        self.open: list[tuple[str, str, int, int]] = []
        self.entities: list[Entity] = []

    def refuse(self, reason: str, at: int | None = None) -> Exception:
        offset = "" if at is None else f" at byte offset {len(self.source[:at].encode(errors='surrogatepass'))}"
        return bad(f"can't parse entities: {reason}{offset}")

    def keep(self, text: str) -> None:
        self.parts.append(text)
        self.units += utf16_length(text)

    def read(self) -> tuple[str, list[Entity]]:
        source, end = self.source, len(self.source) - 1
        while self.at < end:
            char = source[self.at]
            if char == "&":
                self.keep(self.character())
            elif char == "<":
                self.tag()
            else:
                stop = self.at
                while stop < end and source[stop] not in "&<":
                    stop += 1
                self.keep(source[self.at : stop])
                self.at = stop
        if self.open:
            raise self.refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return "".join(self.parts), self.entities

    def character(self) -> str:
        """The character an `&…;` stands for, or the ampersand itself when Telegram does not know it."""
        source, start = self.source, self.at
        stop = start + 1
        value = ""
        if source[stop] == "#":
            hexadecimal = source[stop + 1] in "xX"
            stop += 2 if hexadecimal else 1
            digits = stop
            allowed = "0123456789abcdefABCDEF" if hexadecimal else "0123456789"
            while source[stop] in allowed:
                stop += 1
            number = int(source[digits:stop] or "0", 16 if hexadecimal else 10) if stop - digits < 10 else 0
            value = chr(number) if 0 < number < 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""
        else:
            while source[stop].isascii() and source[stop].isalpha():
                stop += 1
            value = NAMED.get(source[start + 1 : stop], "")
        if not value:
            self.at = start + 1
            return "&"
        self.at = stop + 1 if source[stop] == ";" else stop
        return value

    def tag(self) -> None:
        if self.source[self.at + 1] == "/":
            self.end_tag()
        else:
            self.start_tag()

    def word(self, stops: str) -> str:
        start = self.at
        while self.source[self.at] not in SPACE and self.source[self.at] not in stops:
            self.at += 1
        return self.source[start : self.at]

    def skip_spaces(self) -> None:
        while self.source[self.at] in SPACE and self.source[self.at] != "\0":
            self.at += 1

    def start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self.word(">").lower()
        if self.source[self.at] == "\0":
            raise self.refuse("Unclosed start tag", begin)
        if name not in TAGS:
            raise self.refuse(f'Unsupported start tag "{name}"', begin)
        argument = ""
        while self.source[self.at] != ">":
            self.skip_spaces()
            if self.source[self.at] == ">":
                break
            argument = self.attribute(name, begin) or argument
        self.at += 1
        if name == "span" and argument != "spoiler":
            raise self.refuse('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append((name, argument, self.units, len(self.parts)))

    def attribute(self, tag: str, begin: int) -> str:
        """Reads one attribute; returns what it means for its tag ("" for those Telegram ignores)."""
        name = self.word("=>" if tag == "blockquote" else "=")
        if not name:
            raise self.refuse(f'Empty attribute name in the tag "{tag}"', begin)
        self.skip_spaces()
        if self.source[self.at] != "=":
            if self.source[self.at] == "\0":
                raise self.refuse("Unclosed start tag", begin)
            if tag == "blockquote" and name == "expandable":
                return "expandable"
            raise self.refuse(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        self.at += 1
        self.skip_spaces()
        if self.source[self.at] == "\0":
            raise self.refuse(f'Unclosed start tag "{tag}"', begin)
        value = self.attribute_value()
        if self.source[self.at] == "\0":
            raise self.refuse("Unclosed start tag", begin)
        if (tag, name) in {("a", "href"), ("tg-emoji", "emoji-id")}:
            return value
        if tag == "code" and name == "class" and value.startswith("language-"):
            return value[9:]
        if tag == "span" and name == "class" and value.startswith("tg-"):
            return value[3:]
        return "expandable" if (tag, name) == ("blockquote", "expandable") else ""

    def attribute_value(self) -> str:
        quote = self.source[self.at]
        if quote not in "'\"":
            start = self.at
            while self.source[self.at].isascii() and (self.source[self.at].isalnum() or self.source[self.at] in ".-"):
                self.at += 1
            if self.source[self.at] not in SPACE and self.source[self.at] != ">":
                raise self.refuse("Unexpected end of name token", start)
            return self.source[start : self.at].lower()
        self.at += 1
        value: list[str] = []
        while self.source[self.at] not in (quote, "\0"):
            if self.source[self.at] == "&":
                value.append(self.character())
            else:
                value.append(self.source[self.at])
                self.at += 1
        if self.source[self.at] == quote:
            self.at += 1
        return "".join(value)

    def end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self.refuse("Unexpected end tag", begin)
        self.at += 2
        name = self.word(">").lower()
        self.skip_spaces()
        if self.source[self.at] != ">":
            raise self.refuse("Unclosed end tag", begin)
        self.at += 1
        tag, argument, offset, part = self.open.pop()
        if name and name != tag:
            where = len(self.source[:begin].encode(errors="surrogatepass"))
            raise self.refuse(f'Unmatched end tag at byte offset {where}, expected "</{tag}>", found "</{name}>"')
        if self.units > offset:
            self.close(tag, argument, offset, part)

    def close(self, tag: str, argument: str, offset: int, part: int) -> None:
        entity: Entity = {"type": TAGS[tag], "offset": offset, "length": self.units - offset}
        last = self.entities[-1] if self.entities else None
        same = last is not None and (last["offset"], last["length"]) == (offset, entity["length"])
        if tag == "a":
            if not self.link(entity, argument or "".join(self.parts[part:])):
                return
        elif tag == "tg-emoji":
            if not argument.isdigit() or not 0 < int(argument) < 2**63:
                raise self.refuse("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = argument
        elif tag == "blockquote" and argument:
            entity["type"] = "expandable_blockquote"
        elif tag == "pre" and last is not None and same and last["type"] == "code" and last.get("language"):
            last["type"] = "pre"
            return
        elif tag == "code" and argument:
            if last is not None and same and last["type"] == "pre":
                last["language"] = argument
                return
            entity["language"] = argument
        self.entities.append(entity)

    def link(self, entity: Entity, url: str) -> bool:
        """Makes a link entity; a link Telegram does not understand leaves plain text behind."""
        user = user_of_link(url)
        if user:
            entity.update(type="text_mention", user=user)
            return True
        checked = checked_link(url)
        if checked:
            entity["url"] = checked
        return bool(checked)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text and the entities of Telegram HTML; refuses as Telegram does (400 "can't parse entities: …")."""
    if "<" not in source and "&" not in source:
        return source, []
    text, entities = _Reader(source).read()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return text, entities
