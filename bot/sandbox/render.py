"""The Bot API's own objects as JSON: User, Chat, Message, ChatMember."""

from typing import Any

from bot.sandbox.state import Chat, Media, Message, User
from bot.sandbox.world import World

Json = dict[str, Any]


def user_json(user: User) -> Json:
    shown: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.last_name:
        shown["last_name"] = user.last_name
    if user.username:
        shown["username"] = user.username
    if user.language_code and not user.is_bot:
        shown["language_code"] = user.language_code
    return shown


def chat_json(world: World, chat: Chat) -> Json:
    if chat.private:
        user = world.users[chat.id]
        shown: Json = {"id": chat.id, "first_name": user.first_name, "type": "private"}
        if user.last_name:
            shown["last_name"] = user.last_name
        if user.username:
            shown["username"] = user.username
        return shown
    shown = {"id": chat.id, "title": chat.title, "type": chat.type}
    if chat.type == "group":
        shown["all_members_are_administrators"] = True
    if chat.username:
        shown["username"] = chat.username
    if chat.is_forum:
        shown["is_forum"] = True
    return shown


def media_json(world: World, media: Media) -> Json:
    """The field of a message that holds its media."""
    files = [world.files.by_id[file_id] for file_id in media.file_ids if file_id in world.files.by_id]
    if media.kind == "photo":
        sizes = [
            {
                "file_id": file.id,
                "file_unique_id": file.unique_id,
                "file_size": file.size,
                "width": file.width,
                "height": file.height,
            }
            for file in files
        ]
        return {"photo": sizes, **({"has_media_spoiler": True} if media.spoiler else {})}
    if not files:
        return {}
    file = files[0]
    return {
        "document": {
            "file_name": file.name,
            "mime_type": file.mime,
            "file_id": file.id,
            "file_unique_id": file.unique_id,
            "file_size": file.size,
        }
    }


def message_json(world: World, chat: Chat, message: Message, *, nested: bool = False) -> Json:
    """A Message as the bot gets it; a message replied to is shown once, without its own reply."""
    shown: Json = {
        "message_id": message.id,
        "from": user_json(world.users[message.sender_id]),
        "chat": chat_json(world, chat),
        "date": message.date,
    }
    if message.thread_id is not None:
        shown["message_thread_id"] = message.thread_id
        shown["is_topic_message"] = True
    if message.edit_date:
        shown["edit_date"] = message.edit_date
    if message.album:
        shown["media_group_id"] = message.album
    if message.origin:
        shown["forward_origin"] = message.origin
    if message.protected:
        shown["has_protected_content"] = True
    if message.service:
        shown.update(message.service)
    _add_reply(world, chat, message, shown, nested)
    _add_content(world, message, shown)
    if message.buttons:
        shown["reply_markup"] = message.markup
    return shown


def _add_reply(world: World, chat: Chat, message: Message, shown: Json, nested: bool) -> None:
    target = chat.messages.get(message.reply_to) if message.reply_to is not None else None
    if target is not None and not nested:
        shown["reply_to_message"] = message_json(world, chat, target, nested=True)
        if message.quote:
            shown["quote"] = {"text": message.quote, "position": max(0, target.text.find(message.quote))}


def _add_content(world: World, message: Message, shown: Json) -> None:
    if message.media is not None:
        shown.update(media_json(world, message.media))
        if message.text:
            shown["caption"] = message.text
            if message.entities:
                shown["caption_entities"] = message.entities
            if message.caption_above:
                shown["show_caption_above_media"] = True
    elif message.text:
        shown["text"] = message.text
        if message.entities:
            shown["entities"] = message.entities
        if message.preview:
            shown["link_preview_options"] = message.preview


def member_json(world: World, chat: Chat, user: User) -> Json:
    """A ChatMember, with the rights its status brings."""
    status = "member" if chat.private else chat.status_of(user.id)
    shown: Json = {"user": user_json(user), "status": status}
    if status == "creator":
        shown["is_anonymous"] = False
    elif status == "administrator":
        shown.update(can_be_edited=False, is_anonymous=False, **administrator_rights(chat, user, world.bot.id))
    elif status == "kicked":
        shown["until_date"] = 0
    return shown


RIGHTS = (
    "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users", "can_restrict_members",
    "can_pin_messages", "can_manage_topics", "can_promote_members", "can_manage_video_chats", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def administrator_rights(chat: Chat, user: User, bot_id: int) -> dict[str, bool]:
    given = chat.bot_admin_rights if user.id == bot_id else {}
    return {right: given.get(right, right not in {"can_promote_members"}) for right in RIGHTS}
