"""reply_markup read and refused as Telegram does."""

import json
from typing import Any

from bot.sandbox.refusals import bad
from bot.sandbox.urls import link_fault

Markup = dict[str, Any]
BUTTONS_LIMIT = 100
ROW_LIMIT = 8
DATA_BYTES = 64
MARKUP_BYTES = 10_000
FLAGS = ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective", "force_reply", "remove_keyboard")


def read_markup(value: Any, *, inline_only: bool = False) -> Markup | None:
    """The checked markup, or None when there is none; `inline_only` for messages that are edited."""
    if isinstance(value, str):
        if not value:
            return None
        try:
            value = json.loads(value)
        except ValueError:
            raise bad("can't parse reply keyboard markup JSON object") from None
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad("object expected as reply markup")
    for flag in FLAGS:
        if flag in value and not isinstance(value[flag], bool):
            raise bad(f'field "{flag}" must be of type Boolean')
    if "keyboard" in value:
        markup = value | {"keyboard": _rows(value["keyboard"], "keyboard", _reply_button, "keyboard button")}
    elif "inline_keyboard" in value:
        rows = _rows(value["inline_keyboard"], "inline_keyboard", _inline_button, "inline keyboard button")
        if not rows:
            return None
        markup = {"inline_keyboard": rows}
    elif value.get("remove_keyboard") or value.get("force_reply"):
        markup = value
    else:
        return None
    if len(value.get("input_field_placeholder", "")) > 64:
        raise bad("reply markup input field placeholder is too long")
    if inline_only and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    return markup


def _rows(rows: Any, field: str, read: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad(f'field "{field}" must be of type Array')
    kept = []
    for row in rows:
        if not isinstance(row, list):
            raise bad(f'field "{field}" must be an Array of Arrays')
        buttons = [read(button, what) for button in row]
        if len(buttons) > ROW_LIMIT:
            raise bad("reply markup is too long")
        if buttons:
            kept.append(buttons)
    too_much = sum(len(row) for row in kept) > BUTTONS_LIMIT
    if too_much or len(json.dumps(kept, ensure_ascii=False).encode()) > MARKUP_BYTES:
        raise bad("reply markup is too long")
    return kept


def _text_of(button: dict[str, Any], what: str) -> str:
    if "text" not in button:
        raise bad(f"can't parse {what}: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad(f'can\'t parse {what}: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad(f"{what} text must be non-empty")
    text: str = button["text"]
    return text


def _reply_button(button: Any, what: str) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: KeyboardButton must be a String or an Object")
    _text_of(button, what)
    app = button.get("web_app", {}).get("url")
    if app is not None and not app.startswith("https://"):
        raise bad(f"keyboard button Web App URL '{app}' is invalid: Only HTTPS links are allowed")
    return button


def _inline_button(button: Any, what: str) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: InlineKeyboardButton must be an Object")
    text = _text_of(button, what)
    if button.get("url"):
        fault = link_fault(button["url"])
        if fault:
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: {fault}")
        return {"text": text, "url": button["url"]}
    if button.get("callback_data"):
        return {"text": text, "callback_data": _data_of(button)}
    if "copy_text" in button:
        copied = button["copy_text"].get("text", "") if isinstance(button["copy_text"], dict) else ""
        if not 1 <= len(copied) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
        return {"text": text, "copy_text": {"text": copied}}
    if "web_app" in button:
        app = button["web_app"].get("url", "") if isinstance(button["web_app"], dict) else ""
        if not app.startswith("https://"):
            raise bad(f"inline keyboard button Web App URL '{app}' is invalid: Only HTTPS links are allowed")
        return {"text": text, "web_app": {"url": app}}
    if button.get("pay") or "callback_game" in button:
        raise bad("BUTTON_TYPE_INVALID")
    for field in ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"):
        if field in button:
            return {"text": text, field: button[field]}
    raise bad(f"can't parse {what}: Text buttons are unallowed in the inline keyboard")


def _data_of(button: dict[str, Any]) -> str:
    data = button["callback_data"]
    if not isinstance(data, str):
        raise bad('can\'t parse inline keyboard button: Field "callback_data" must be of type String')
    if len(data.encode()) > DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    return data
