"""getMe, commands and descriptions, chats and members, files, webhook and polling."""

from typing import Any

from bot.sandbox.arguments import Call
from bot.sandbox.checks import find_chat, reading, writable
from bot.sandbox.files import DOWNLOAD_LIMIT
from bot.sandbox.groups import open_topic
from bot.sandbox.refusals import WEBHOOK_ACTIVE, bad, conflict, forbidden
from bot.sandbox.render import administrator_rights, chat_json, member_json, message_json, user_json
from bot.sandbox.state import User
from bot.sandbox.world import World, command_key

Json = dict[str, Any]
POLL_LIMIT = 50
COMMANDS_LIMIT = 100
CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}
SCOPES = CHAT_SCOPES | {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}


class Raw(str):
    """A result that is JSON already."""


def get_me(world: World, call: Call) -> Json:
    return user_json(world.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def closing(world: World, call: Call) -> bool:
    """logOut and close: accepted; a sandbox has no other server to move to."""
    return True


async def get_updates(world: World, call: Call) -> Raw:
    """A long poll; see updates.py for offsets, and for the 409 a second poller causes."""
    if world.webhook is not None:
        raise conflict(WEBHOOK_ACTIVE)
    world.updates.allow(_allowed(call))
    timeout = call.integer("timeout", 0, 0, POLL_LIMIT)
    return Raw(await world.updates.get(call.integer("offset"), call.integer("limit", 100, 1, 100), timeout))


def _allowed(call: Call) -> list[str] | None:
    if not call.text("allowed_updates"):
        return None
    given = call.structure("allowed_updates", "allowed_updates")
    return [str(kind) for kind in given] if isinstance(given, list) else None


def get_file(world: World, call: Call) -> Json:
    """Where a file can be downloaded; 20 MB at most."""
    file_id = call.text("file_id")
    if not file_id:
        raise bad("file_id not specified")
    file = world.files.by_id.get(file_id)
    if file is None:
        raise bad("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size, "file_path": file.path}


def _scope(world: World, call: Call) -> Json:
    given = call.structure("scope", "BotCommandScope")
    if given is None:
        return {"type": "default"}
    if not isinstance(given, dict) or given.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    if given["type"] not in CHAT_SCOPES:
        return {"type": given["type"]}
    if not given.get("chat_id"):
        raise bad("can't parse BotCommandScope: Can't find field \"chat_id\"")
    chat = find_chat(world, str(given["chat_id"]))
    scope: Json = {"type": given["type"], "chat_id": chat.id}
    if given["type"] == "chat_member":
        scope["user_id"] = int(given.get("user_id") or 0)
    return scope


def _language(call: Call) -> str:
    code = call.text("language_code")
    if code and (len(code) != 2 or not code.isalpha()):
        raise bad("LANG_CODE_INVALID")
    return code


def set_my_commands(world: World, call: Call) -> bool:
    given = call.structure("commands", "commands") or []
    if not isinstance(given, list):
        raise bad("expected an Array of BotCommand")
    key = command_key(_scope(world, call), _language(call))
    commands = [_command(one) for one in given]
    if len(commands) > COMMANDS_LIMIT:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    world.commands[key] = commands
    world.changes += 1
    world.bus.tell(lambda: {"type": "commands"})
    return True


def _command(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if not isinstance(given.get(field), str):
            raise bad(f"can't parse BotCommand: Can't find field \"{field}\"")
    command, description = given["command"].strip().removeprefix("/"), given["description"].strip()
    if not command:
        raise bad("command must be non-empty")
    if len(command) > 32:
        raise bad("command length must not exceed 32")
    if not description or len(description) > 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if not command.isascii() or not command.replace("_", "a").isalnum() or command != command.lower():
        raise bad("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    return world.commands.get(command_key(_scope(world, call), _language(call)), [])


def delete_my_commands(world: World, call: Call) -> bool:
    world.commands.pop(command_key(_scope(world, call), _language(call)), None)
    world.changes += 1
    world.bus.tell(lambda: {"type": "commands"})
    return True


_LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def _profile_setter(field: str) -> Any:
    def set_field(world: World, call: Call) -> bool:
        if len(call.text(field)) > _LENGTHS[field]:
            raise bad(f"BOT_{field.upper()}_TOO_LONG")
        world.profile[f"{field}:{_language(call)}"] = call.text(field)
        if field == "name" and not _language(call) and call.text(field):
            world.bot.first_name = call.text(field)
            world.bus.tell(lambda: {"type": "chats"})
        return True

    return set_field


def _profile_getter(field: str) -> Any:
    def get_field(world: World, call: Call) -> Json:
        fallback = world.profile.get(f"{field}:", world.bot.first_name if field == "name" else "")
        return {field: world.profile.get(f"{field}:{_language(call)}") or fallback}

    return get_field


def get_chat(world: World, call: Call) -> Json:
    """ChatFullInfo."""
    chat = reading(world, call)
    shown = chat_json(world, chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": chat.private,
            "limited_gifts": chat.private,
            "unique_gifts": chat.private,
            "premium_subscription": chat.private,
            "gifts_from_channels": chat.private,
        },
    }
    if not chat.private:
        shown["permissions"] = {"can_send_messages": True, "can_pin_messages": chat.type == "group"}
    if chat.pinned:
        shown["pinned_message"] = message_json(world, chat, chat.messages[chat.pinned[-1]], nested=True)
    return shown


def get_chat_member(world: World, call: Call) -> Json:
    chat = reading(world, call)
    user = world.users.get(call.integer("user_id", 0, -(2**63), 2**63 - 1))
    if user is None:
        raise bad("invalid user_id specified" if not call.text("user_id") else "PARTICIPANT_ID_INVALID")
    if chat.private and user.id not in {chat.id, world.bot.id}:
        raise bad("PARTICIPANT_ID_INVALID")
    return member_json(world, chat, user)


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    chat = reading(world, call)
    if chat.private:
        raise bad("there are no administrators in the private chat")
    admins = [world.users[one] for one, status in chat.members.items() if status in {"creator", "administrator"}]
    return [member_json(world, chat, user) for user in admins if not user.is_bot or user.id == world.bot.id]


def get_chat_member_count(world: World, call: Call) -> int:
    chat = reading(world, call)
    return 2 if chat.private else sum(1 for one in chat.members if chat.has(one))


def leave_chat(world: World, call: Call) -> bool:
    chat = writable(world, call.text("chat_id"))
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    chat.members[world.bot.id] = "left"
    world.changes += 1
    world.bus.tell(lambda: {"type": "chats"})
    return True


def create_forum_topic(world: World, call: Call) -> Json:
    chat = writable(world, call.text("chat_id"))
    name = call.required("name")
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    bot: User = world.bot
    if chat.status_of(bot.id) != "administrator" or not administrator_rights(chat, bot, bot.id)["can_manage_topics"]:
        raise (
            forbidden("not enough rights to create a topic")
            if not chat.has(bot.id)
            else bad("not enough rights to create a topic")
        )
    topic = open_topic(world, chat, bot.id, name)
    return {"message_thread_id": topic.thread_id, "name": topic.name, "icon_color": 7322096}


set_my_name, get_my_name = _profile_setter("name"), _profile_getter("name")
set_my_description, get_my_description = _profile_setter("description"), _profile_getter("description")
set_my_short_description = _profile_setter("short_description")
get_my_short_description = _profile_getter("short_description")
