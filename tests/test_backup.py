"""A backup holds ledger and evidence, taken while the bot runs, and goes back into an empty ledger on either database."""

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from town import Town, a_town

from bot.__main__ import main
from bot.domain.ledger import Evidence
from bot.sandbox.images import plain_png


def duban(url: str, folder: Path, *words: str) -> Any:
    env = {"DUBAN_DATABASE_URL": url, "DUBAN_DATA": str(folder), "DUBAN_LOCALE": "en"}
    return CliRunner().invoke(main, list(words), env=env)


def lived(town: Town) -> None:
    """Reports, and a picture in the archive."""
    water = town.join("市水务局")
    town.ask(water, "进度 7 40% 一标段")
    town.ask(water, "进度 7 45% 二标段")
    water.photo(plain_png(80, 60), caption="佐证 7")
    town.settle()
    town.call(town.node.archive.idle())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """(the backup of a running town, what it says it holds, the ledger's tasks)"""
    file = tmp_path_factory.mktemp("kept") / "duban.zip"
    with a_town() as town:
        lived(town)
        url, data = town.settings.database_url, town.settings.data
        done = duban(url, data, "backup", str(file), "--json")
        assert done.exit_code == 0, done.output
        tasks = json.loads(duban(url, data, "tasks", "--as-of", "2022-06-13T12:00", "--json").stdout)
        assert len(town.rows(Evidence)) == 1
    return file, json.loads(done.stdout), tasks


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_goes_back_whole(kept: Any, database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file, held, tasks = kept
    url = f"sqlite:///{tmp_path}/new.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    done = duban(url, tmp_path, "restore", str(file), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == held
    assert json.loads(duban(url, tmp_path, "tasks", "--as-of", "2022-06-13T12:00", "--json").stdout) == tasks
    assert json.loads(duban(url, tmp_path, "verify", "--json").stdout) == {k: held[k] for k in ("events", "head")}
    (picture,) = (tmp_path / "evidence").glob("??/*")
    assert hashlib.sha256(picture.read_bytes()).hexdigest() == picture.name
    # Rows made from now on have numbers after the copied ones.
    assert duban(url, tmp_path, "invite", "--unit", "武清区", "--role", "liaison").exit_code == 0
    again = duban(url, tmp_path, "restore", str(file))
    assert (again.exit_code, again.stdout) == (1, "")
    assert "not empty" in again.stderr


def test_a_restored_ledger_works_on(kept: Any, tmp_path: Path) -> None:
    file, _, _ = kept
    url = f"sqlite:///{tmp_path}/new.db"
    assert duban(url, tmp_path, "restore", str(file)).exit_code == 0
    with a_town(plan="", database_url=url) as town:
        person = town.join("市水务局")
        assert "45% → 50%" in town.ask(person, "进度 7 50% 三标段").text


def spoilt(file: Path, target: Path, change: Any) -> Path:
    with ZipFile(file) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, content: content[:-9] if name.startswith("evidence/") else content, "is damaged"),
        (lambda name, content: None if name == "ledger.db" else content, "Not a whole backup"),
        (
            lambda name, content: content.replace(b'"head": "', b'"head": "0') if name == "about.json" else content,
            "audit",
        ),
        (lambda name, content: b'{"version": "9999"}' if name == "about.json" else content, "newer version"),
    ],
)
def test_a_spoilt_backup_is_refused_in_one_line_and_nothing_is_written(
    kept: Any, tmp_path: Path, change: Any, said: str
) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    done = duban(url, tmp_path, "restore", str(spoilt(kept[0], tmp_path / "spoilt.zip", change)))
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert json.loads(duban(url, tmp_path, "tasks", "--json").stdout) == []


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("序号,任务")
    done = duban(f"sqlite:///{tmp_path}/new.db", tmp_path, "restore", str(tmp_path / "plan.csv"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Not a whole backup" in done.stderr
