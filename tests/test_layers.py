"""The layers hold (docs/architecture.md): who may import whom, telegram, the scheduler, sessions and the clock."""

import ast
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parent.parent / "bot"
MAY = {
    "domain": {"domain"},
    "words": {"words"},
    "sandbox": {"sandbox"},
    "documents": {"documents", "domain", "words"},
    "store": {"store", "domain"},
    "usecases": {"usecases", "domain", "store", "documents"},
    "chat": {"chat", "usecases", "domain", "words"},
    "delivery": {"delivery", "domain", "store", "words", "documents"},
    "web": {"web", "usecases", "domain", "documents"},
    "schedule": {"usecases"},
}
EDGES = {"__main__", "app", "backup", "demo", "doctor", "forms", "node", "plain", "settings", "verbs"}


def modules() -> Iterator[tuple[str, str, ast.Module]]:
    """(room, path, syntax) of every module of ours, the migrations left out: they stand on their own."""
    for file in sorted(BOT.rglob("*.py")):
        parts = file.relative_to(BOT).with_suffix("").parts
        if "migrations" not in parts:
            yield parts[0], "/".join(parts), ast.parse(file.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "bot":
                found |= {f"bot.{name.name}" for name in node.names}
    return found


def who_knows(library: str) -> set[str]:
    """Paths of the modules that import it."""
    return {path for _, path, tree in modules() if any(name.split(".")[0] == library for name in imports(tree))}


def test_a_room_imports_only_the_rooms_below_it() -> None:
    wrong = [
        f"{path} imports {name}"
        for room, path, tree in modules()
        if room in MAY
        for name in imports(tree)
        if name.startswith("bot.") and name.split(".")[1] not in MAY[room]
    ]
    assert wrong == []


def test_only_the_chat_and_telegrams_leaf_know_telegram() -> None:
    knowing = {
        path for room, path, tree in modules() if any(name.split(".")[0] == "telegram" for name in imports(tree))
    }
    assert {path for path in knowing if path.split("/")[0] not in {"chat", *EDGES}} <= {
        "delivery/telegram",
        "delivery/connections",
    }


def test_only_the_schedule_knows_the_scheduler() -> None:
    knowing = {
        path for _, path, tree in modules() if any(name.split(".")[0] == "apscheduler" for name in imports(tree))
    }
    assert knowing == {"schedule"}


def test_only_the_store_opens_sessions() -> None:
    opening = {
        path
        for room, path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Session", "create_engine", "sessionmaker"}
    }
    assert opening == {"store/engine"}


def test_only_the_edge_reads_the_clock() -> None:
    reading = [
        f"{path}:{node.lineno}"
        for room, path, tree in modules()
        if room in {"domain", "usecases", "store"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow", "time"}
        and getattr(node.value, "id", "") in {"datetime", "date", "time"}
        and path != "usecases/handling"
    ]
    assert reading == []


def test_every_room_is_known() -> None:
    assert {room for room, _, _ in modules()} <= {*MAY, *EDGES, "__init__"}
