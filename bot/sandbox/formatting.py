"""What becomes of a text on its way in: parse mode or entities, cleaned, trimmed, checked, links and commands found."""

import json
import re
from typing import Any

from bot.sandbox.entities import Entity, parse_html, utf16_index, utf16_length
from bot.sandbox.refusals import bad
from bot.sandbox.urls import checked_link, link_fault

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SOURCE_BYTES = 1 << 15
ENTITY_LIMIT = 100

FOUND_TYPES = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
GIVEN_TYPES = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention",
    "custom_emoji", "blockquote", "expandable_blockquote",
}  # fmt: skip
SPLITTABLE = {"bold", "italic", "underline", "strikethrough", "spoiler"}
OPAQUE = {"code", "pre"}

_CONTROL = {code: " " for code in range(32) if code != 10} | {13: None, 0x7F: " "}
_RANK = {
    kind: rank
    for rank, kind in enumerate([
        "blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention", "custom_emoji",
        "bold", "italic", "underline", "strikethrough", "spoiler",
    ])
}  # fmt: skip

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"'，。；！？、（）《》“”]+|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|cn|org|net|me|gov|io)(?:/[^\s<>，。]*)?(?![\w.]))"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{3,31})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])#(?=\w*[^\W\d])\w{1,256})",
    re.IGNORECASE | re.ASCII,
)
_HASHTAG_TEXT = re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}")


def read_text(
    source: str, parse_mode: str, given: Any, *, limit: int, caption: bool = False
) -> tuple[str, list[Entity]]:
    """The text and entities to store; `given` is the entities argument. Refuses like Telegram, lengths in UTF-16."""
    if len(source.encode(errors="surrogatepass")) > SOURCE_BYTES:
        raise bad("text is too long")
    mode = parse_mode.lower()
    if source and mode and mode != "none":
        if mode in {"markdown", "markdownv2"}:
            raise bad(f"the sandbox reads HTML and entities, not parse_mode {parse_mode}")
        if mode != "html":
            raise bad("unsupported parse_mode")
        text, entities = parse_html(source)
    else:
        text, entities = source, _given_entities(given, source)
    text, entities = tidy(text, entities)
    if not text and not caption:
        raise bad("text must be non-empty")
    if utf16_length(text) > limit:
        raise bad("message caption is too long" if caption else "message is too long")
    return text, with_found(text, entities)


def _given_entities(given: Any, text: str) -> list[Entity]:
    if isinstance(given, str):
        try:
            given = json.loads(given) if given else []
        except ValueError:
            return []
    if not isinstance(given, list):
        return []
    length = utf16_length(text)
    checked = [_given_entity(entity, length) for entity in given]
    return [entity for entity in checked if entity is not None]


def _given_entity(entity: Any, length: int) -> Entity | None:
    def refuse(reason: str) -> Exception:
        return bad(f"can't parse MessageEntity: {reason}")

    if not isinstance(entity, dict):
        raise refuse("expected an Object")
    for field in ("offset", "length", "type"):
        if field not in entity:
            raise refuse(f'Can\'t find field "{field}"')
    kind, offset, size = entity["type"], int(entity["offset"]), int(entity["length"])
    if kind in FOUND_TYPES:
        return None
    if kind not in GIVEN_TYPES:
        raise refuse("Unsupported type specified")
    required = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}.get(kind)
    if required and required not in entity:
        raise refuse(f'Can\'t find field "{required}"')
    if kind == "text_link" and link_fault(entity["url"]):
        raise bad(f"entity URL '{entity['url']}' is invalid: {link_fault(entity['url'])}")
    if offset < 0 or offset > 1_000_000:
        raise bad(f"receive an entity with incorrect offset {offset}")
    if size < 0 or size > 1_000_000:
        raise bad(f"receive an entity with incorrect length {size}")
    if offset > length:
        raise bad(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + size > length:
        raise bad(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {offset + size}"
        )
    if not size:
        return None
    kept: Entity = {"type": kind, "offset": offset, "length": size}
    for field in ("url", "user", "language", "custom_emoji_id"):
        if field in entity:
            kept[field] = checked_link(entity["url"]) if field == "url" else entity[field]
    return kept


def tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Control characters out, spaces and line ends trimmed at both ends, entities cut to what is left and in order."""
    if not entities:
        return text.translate(_CONTROL).strip(" \n"), []
    if "\r" in text:
        text, entities = _without_returns(text, entities)
    text = text.translate(_CONTROL)
    trimmed = text.rstrip(" \n")
    first = min(entity["offset"] for entity in entities)
    lead = 0
    while lead < min(first, len(trimmed)) and trimmed[lead] in " \n":
        lead += 1
    trimmed = trimmed[lead:]
    end = utf16_length(trimmed)
    kept = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], end - offset)
        if length > 0:
            kept.append(entity | {"offset": offset, "length": length})
    return trimmed, _in_order(kept)


def _without_returns(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    moved = []
    for entity in entities:
        start = utf16_index(text, entity["offset"])
        stop = utf16_index(text, entity["offset"] + entity["length"])
        before, inside = text[:start].count("\r"), text[start:stop].count("\r")
        moved.append(entity | {"offset": entity["offset"] - before, "length": entity["length"] - inside})
    return text.replace("\r", ""), moved


def _in_order(entities: list[Entity]) -> list[Entity]:
    """Sorted as Telegram returns them; touching twins become one, nothing lives inside code, quotes do not nest."""
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"], _RANK.get(entity["type"], 99)))
    kept: list[Entity] = []
    last_of: dict[str, Entity] = {}
    closed_until = quote_until = -1
    for entity in entities:
        kind, stop = entity["type"], entity["offset"] + entity["length"]
        quote = kind in {"blockquote", "expandable_blockquote"}
        if entity["offset"] < closed_until and not quote:
            continue
        if quote and entity["offset"] < quote_until:
            continue
        twin = last_of.get(kind)
        if twin is not None and kind in SPLITTABLE and entity["offset"] <= twin["offset"] + twin["length"]:
            twin["length"] = max(twin["length"], stop - twin["offset"])
            continue
        if kind in OPAQUE:
            closed_until = stop
        if quote:
            quote_until = stop
        last_of[kind] = entity
        kept.append(entity)
    return _at_most(kept)


def _at_most(entities: list[Entity]) -> list[Entity]:
    """Telegram keeps the first hundred entities a bot gives, quotes, code and links before bold and its kin."""
    if len(entities) <= ENTITY_LIMIT:
        return entities
    whole = [entity for entity in entities if entity["type"] not in SPLITTABLE][:ENTITY_LIMIT]
    rest = [entity for entity in entities if entity["type"] in SPLITTABLE][: ENTITY_LIMIT - len(whole)]
    return sorted(whole + rest, key=lambda entity: (entity["offset"], -entity["length"]))


def find_entities(text: str) -> list[Entity]:
    """Commands, mentions, hashtags, links and addresses that Telegram marks by itself."""
    if not any(sign in text for sign in "/@#."):
        return []
    found = []
    matches = list(_FOUND.finditer(text))
    if "#" in text:
        matches += [match for match in _HASHTAG_TEXT.finditer(text) if not match[0].isascii()]
        matches.sort(key=lambda match: match.start())
    end = 0
    for match in matches:
        if match.start() < end:
            continue
        end = match.end()
        kind = match.lastgroup or "hashtag"
        found.append({"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])})
    return found


def with_found(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities` and the found ones that touch no code, quote of code, or link."""
    found = find_entities(text)
    if not found or not entities:
        return found or entities
    closed = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in OPAQUE | {"text_link", "text_mention", "custom_emoji"}
    ]
    free = [
        entity
        for entity in found
        if not any(start < entity["offset"] + entity["length"] and entity["offset"] < stop for start, stop in closed)
    ]
    return sorted(entities + free, key=lambda entity: (entity["offset"], -entity["length"])) if free else entities
