"""The message of an import: one, rewritten as things go on."""

from typing import Any

from bot.domain.importing import ImportDraft
from bot.domain.post import Lane, Outbox
from bot.store import imports
from bot.usecases.act import Act
from bot.usecases.import_screens import Screen


def show(act: Act, draft: ImportDraft, shown: Screen, *, anew: bool = False) -> None:
    """The draft's message becomes this one; where it is still on its way, or `anew`, a new message says it."""
    kind, facts, buttons = shown
    imports.drop_progress(act.session, draft.id or 0)
    edits = None if anew else imports.message_of(act.session, draft.shown)
    if edits is None and draft.shown:
        imports.drop_unsent(act.session, draft.shown)
    key = f"import:{draft.id}:{draft.version}"
    _post(act, draft, kind, facts | {"buttons": buttons}, key, edits)
    imports.note_shown(act.session, draft, key)


def show_progress(act: Act, draft: ImportDraft, shown: Screen, done: int) -> None:
    kind, facts, buttons = shown
    edits = imports.message_of(act.session, draft.shown)
    if edits is not None:
        imports.drop_progress(act.session, draft.id or 0)
        key = imports.progress_key(draft.id or 0, f"{draft.version}:{facts['stage']}:{done}")
        _post(act, draft, kind, facts | {"buttons": buttons}, key, edits)


def _post(act: Act, draft: ImportDraft, kind: str, facts: dict[str, Any], key: str, edits: int | None) -> None:
    act.post(
        Outbox(
            key=key,
            chat_id=draft.chat_id,
            member_id=draft.member_id,
            method="send" if edits is None else "edit",
            kind=kind,
            locale=act.person.locale,
            facts=facts,
            about={"import": draft.id},
            edits=edits,
            lane=Lane.REPLY,
            created_at=act.now,
        )
    )
