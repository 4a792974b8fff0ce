"""Text and entities back to Telegram HTML: what tests compare and what a message looked like before an edit."""

import html

from bot.sandbox.entities import Entity, utf16_index

_OPENING = {
    "bold": "<b>",
    "italic": "<i>",
    "underline": "<u>",
    "strikethrough": "<s>",
    "spoiler": "<tg-spoiler>",
    "code": "<code>",
    "pre": "<pre>",
    "blockquote": "<blockquote>",
    "expandable_blockquote": "<blockquote expandable>",
}


def _tags(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{entity["custom_emoji_id"]}">', "</tg-emoji>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">', "</code></pre>"
    opening = _OPENING.get(kind, "")
    return opening, "</" + opening[1:].replace(" expandable", "") if opening else ""


def to_html(text: str, entities: list[Entity]) -> str:
    """Telegram HTML that reads back to the same text and entities (found entities such as hashtags leave no tag)."""
    marks: list[tuple[int, int, int, str]] = []
    for rank, entity in enumerate(entities):
        opening, closing = _tags(entity)
        if opening:
            start = utf16_index(text, entity["offset"])
            stop = utf16_index(text, entity["offset"] + entity["length"])
            marks.append((start, 1, rank, opening))
            marks.append((stop, 0, -rank, closing))
    marks.sort()
    parts: list[str] = []
    done = 0
    for at, _, _, tag in marks:
        parts += [html.escape(text[done:at], quote=False), tag]
        done = at
    parts.append(html.escape(text[done:], quote=False))
    return "".join(parts)
