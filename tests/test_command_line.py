"""The command line from outside (design.md §2): every verb, its keys, its exit codes, what it says when it refuses."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from town import PLAN, _migrated

from bot.__main__ import main
from bot.settings import shipped

TOTALS = {"tasks", "finished", "struck_off", "in_progress", "on_schedule", "behind", "overdue", "kept_up"}
PARTS = {"lead", "responsible", "cooperating", "supervising", "verifying"}
FLAGS = {"on_schedule", "behind", "due_soon", "overdue", "unreported"}


class Shell:
    """`duban …` with a ledger of its own; `env` is all of DUBAN_* that it sees."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.file = folder / "duban.db"
        kept = {name: None for name in os.environ if name.startswith("DUBAN_")}
        own = {"DUBAN_DATABASE_URL": f"sqlite:///{self.file}", "DUBAN_DATA": str(folder)}
        self.env: dict[str, str | None] = {**kept, **own, **env}

    def __call__(self, *words: str, text: str = "", **env: str) -> Result:
        return CliRunner().invoke(main, words, input=text, env={**self.env, **env})

    def json(self, *words: str, **options: Any) -> Any:
        done = self(*words, "--json", **options)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *words: str, **options: Any) -> str:
        """Exit 1, nothing on standard output, one line on standard error; what it says."""
        done = self(*words, **options)
        assert (done.exit_code, done.stdout) == (1, ""), done.output
        assert len(done.stderr.strip().splitlines()) == 1
        return str(done.stderr.strip())


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger that holds the plan of the tests."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copy(_migrated(), folder / "duban.db")
    (folder / "plan.csv").write_text(PLAN, encoding="utf-8")
    assert Shell(folder)("import", str(folder / "plan.csv"), "--yes").exit_code == 0
    with closing(sqlite3.connect(folder / "duban.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def duban(seeded: Path, tmp_path: Path) -> Shell:
    for name in ("duban.db", "plan.csv"):
        shutil.copy(seeded / name, tmp_path / name)
    return Shell(tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    shutil.copy(_migrated(), tmp_path / "duban.db")
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    return Shell(tmp_path)


# Importing.


def test_an_import_is_shown_first_and_written_only_with_yes(empty: Shell) -> None:
    file = str(empty.folder / "plan.csv")
    shown = empty.json("import", file)
    assert {"plan", "plans", "issued", "questions"} <= set(shown)
    counted = ("tasks", "measures", "milestones", "units", "added", "changed", "missing")
    assert {name: shown[name] for name in counted} == {
        "tasks": 6,
        "measures": 9,
        "milestones": 8,
        "units": 6,
        "added": 6,
        "changed": 0,
        "missing": 0,
    }
    assert (shown["plan"], shown["issued"]) == (shown["plans"][0], "2021-05-20")
    assert empty.json("import", file, "--dry-run") == shown
    assert empty.json("tasks") == []
    assert empty.json("import", file, "--yes")["added"] == 6
    assert [empty.json("import", file, "--yes")[name] for name in ("added", "changed", "missing")] == [0, 0, 0]
    assert len(empty.json("tasks")) == 6


def test_an_open_question_names_its_place_its_phrase_and_the_choices(empty: Shell) -> None:
    unclear = empty.folder / "unclear.csv"
    unclear.write_text(PLAN.replace("2022年12月31日前", "2022年8月前"), encoding="utf-8")
    (question,) = empty.json("import", str(unclear))["questions"]
    assert {"where", "phrase", "choices"} <= set(question)
    assert question["phrase"] == "2022年8月前"
    assert question["choices"] == ["2022-07-31", "2022-08-31"]
    assert empty.json("import", str(unclear), "--yes")["added"] == 6
    assert empty.json("task", "23")["due"] is None  # never guessed
    assert empty.json("task", "23")["questions"][0]["choices"] == ["2022-07-31", "2022-08-31"]


def test_a_plan_without_a_date_is_refused_until_one_is_given(empty: Shell) -> None:
    undated = empty.folder / "undated.csv"
    undated.write_text(PLAN.replace("印发日期：2021年5月20日\n", ""), encoding="utf-8")
    assert "--issued" in empty.refused("import", str(undated))
    assert "日期" in empty.refused("import", str(undated), "--issued", "2021-02-30")
    assert empty.json("import", str(undated), "--issued", "2021-05-20")["issued"] == "2021-05-20"


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("plan.xlsx", b"PK\x03\x04 broken"), ("plan.pdf", b"%PDF-1.7"), ("words.txt", "无".encode())],
)
def test_a_file_that_is_no_plan_is_refused_in_one_line(empty: Shell, name: str, content: bytes) -> None:
    (empty.folder / name).write_bytes(content)
    empty.refused("import", str(empty.folder / name), "--issued", "2021-05-20", "--yes")
    assert empty.json("tasks") == []


def test_the_demonstration_plan_reads_alike_from_both_of_its_files(empty: Shell) -> None:
    files = [*shipped("demo").glob("*.xlsx"), *shipped("demo").glob("*.docx")]
    assert sorted(file.suffix for file in files) == [".docx", ".xlsx"]
    counted = ("issued", "plans", "tasks", "measures", "milestones", "units")
    read = [empty.json("import", str(file)) for file in files]
    assert [read[0][name] for name in counted] == [read[1][name] for name in counted]
    assert read[0]["tasks"] >= 40
    assert len(read[0]["plans"]) == 7


# Looking.


def test_tasks_are_printed_as_the_contract_says(duban: Shell) -> None:
    rows = duban.json("tasks", "--as-of", "2022-06-13T12:00")
    assert [row["number"] for row in rows] == [7, 12, 18, 23, 31, 38]
    for row in rows:
        assert {"number", "plan", "source_number", "problem", "due", "internal_due", "progress", "state"} <= set(row)
        assert set(row["units"]) == PARTS
        assert set(row["flags"]) <= FLAGS
    by_number = {row["number"]: row for row in rows}
    assert by_number[7]["units"]["lead"] == ["市水务局"]
    assert (by_number[7]["due"], by_number[7]["progress"]) == ("2022-06-15", 0)
    assert "overdue" in by_number[18]["flags"]
    assert by_number[38]["due"] is None


def test_tasks_are_chosen_by_unit_by_lateness_and_by_moment(duban: Shell) -> None:
    of_unit = duban.json("tasks", "--unit", "武清区", "--as-of", "2022-06-13")
    assert [row["number"] for row in of_unit] == [12, 23]
    late = duban.json("tasks", "--overdue", "--as-of", "2022-06-13")
    assert [row["number"] for row in late] == [18]
    assert duban.json("tasks", "--overdue", "--as-of", "2022-05-31") == []
    assert [row["number"] for row in duban.json("tasks", "--overdue", "--as-of", "2022-06-01")] == [18]
    assert "市水务局" in duban("tasks", "--unit", "市水务局").stdout or "独流减河清淤" in duban("tasks").stdout
    duban.refused("tasks", "--unit", "某某局")


def test_a_task_is_printed_whole(duban: Shell) -> None:
    found = duban.json("task", "12", "--as-of", "2022-06-13")
    assert {"objective", "measures", "reports", "questions", "flags", "units", "due"} <= set(found)
    assert [measure["number"] for measure in found["measures"]] == ["12.1", "12.2", "12.3"]
    for measure in found["measures"]:
        assert {"text", "units", "kind", "due", "stages", "ongoing", "progress"} <= set(measure)
    assert found["measures"][1]["units"]["responsible"] == ["北辰区"]
    assert "12.2" in duban("task", "12").stdout
    assert "999" in duban.refused("task", "999")
    assert duban("task", "twelve").exit_code == 2


def test_a_digest_is_printed_for_any_moment_scope_and_file(duban: Shell) -> None:
    found = duban.json("digest", "--as-of", "2022-06-13T09:00")
    assert found["as_of"] == "2022-06-13T09:00:00+08:00"
    assert found["issue"] == 24
    assert set(found["totals"]) == TOTALS
    assert found["totals"]["tasks"] == 6
    assert set(found["rates"]) == {"completion", "on_time", "struck_off"}
    assert all(set(rate) == {"n", "of"} for rate in found["rates"].values())
    assert {"units", "due_soon", "behind", "overdue", "unreported"} <= set(found)
    assert [row["number"] for row in found["overdue"]] == [18]
    as_format = duban("digest", "--as-of", "2022-06-13T09:00", "--format", "json")
    assert json.loads(as_format.stdout) == found
    of_unit = duban.json("digest", "--as-of", "2022-06-13", "--scope", "unit:武清区")
    assert of_unit["totals"]["tasks"] == 2
    assert duban.json("digest", "--as-of", "2022-06-13", "--scope", "unit:天津市武清区") == of_unit
    assert duban.json("digest", "--as-of", "2022-06-13", "--scope", "plan:1")["totals"]["tasks"] == 6
    for scope in ("unit:某某局", "plan:9", "everything"):
        assert scope in duban.refused("digest", "--scope", scope)
    text = duban("digest", "--as-of", "2022-06-13", "-o", str(duban.folder / "digest.txt"))
    assert (text.exit_code, text.stdout) == (0, "")
    assert "整改周通报 2022年第24期" in (duban.folder / "digest.txt").read_text(encoding="utf-8")


def test_a_moment_without_a_zone_is_in_the_settings_zone(duban: Shell) -> None:
    here = duban.json("digest", "--as-of", "2022-06-13T09:00", DUBAN_TIMEZONE="UTC")
    assert here["as_of"] == "2022-06-13T09:00:00+00:00"
    told = duban.json("digest", "--as-of", "2022-06-13T09:00+08:00", DUBAN_TIMEZONE="UTC")
    assert told["as_of"] == "2022-06-13T01:00:00+00:00"
    assert "2022-13-01" in duban.refused("digest", "--as-of", "2022-13-01")


# Reading phrases.


def test_a_deadline_phrase_is_read_as_the_contract_says(empty: Shell) -> None:
    found = empty.json("read-deadline", "2022年底前完成70%，2023年底前全部完成", "--base", "2021-05-20")
    keys = {"kind", "due", "stages", "quantities", "ongoing", "soft", "choices", "note"}
    assert keys <= set(found)
    assert (found["kind"], found["due"]) == ("staged", "2023-12-31")
    assert found["stages"] == ["2022-12-31", "2023-12-31"]
    assert found["quantities"][0] == 70
    assert empty.json("read-deadline", "长期坚持", "--base", "2021-05-20")["ongoing"] is True
    asked = empty.json("read-deadline", "2024年8月前", "--base", "2021-05-20")
    assert (asked["kind"], asked["due"], asked["choices"]) == ("ask", None, ["2024-07-31", "2024-08-31"])
    assert "2022-02-30" in empty.refused("read-deadline", "年底", "--base", "2022-02-30")
    assert empty("read-deadline", "年底").exit_code == 2


def test_a_unit_phrase_is_read_as_the_contract_says(empty: Shell) -> None:
    found = empty.json("read-units", "市水务局牵头，武清区、北辰区政府配合，有关单位")
    assert set(found) >= {"lead", "responsible", "cooperating", "supervising", "verifying", "ask"}
    assert found["lead"] == ["市水务局"]
    assert found["cooperating"] == ["武清区", "北辰区"]
    assert found["ask"] != []
    assert empty.json("read-units", "市水务局、市财政局")["responsible"] == ["市水务局", "市财政局"]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (("read-deadline", "-", "--base", "2021-05-20"), ["2022年底前", "", "长期坚持"]),
        (("read-units", "-"), ["市水务局", "", "各区"]),
    ],
)
def test_a_dash_reads_a_phrase_a_line_and_answers_a_line_each(
    empty: Shell, words: tuple[str, ...], lines: list[str]
) -> None:
    done = empty(*words, "--json", text="\n".join(lines) + "\n")
    assert done.exit_code == 0
    answered = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answered) == len(lines)
    for line, answer in zip(lines, answered, strict=True):
        if line:
            assert empty.json(words[0], line, *words[2:]) == answer


def test_a_phrase_nobody_would_write_is_asked_and_not_worked_through(empty: Shell) -> None:
    endless = "市水务局、" * 20_000
    assert empty.json("read-deadline", endless, "--base", "2021-05-20")["note"] == "too_long"
    found = empty.json("read-units", endless)
    assert found["responsible"] == []
    assert found["ask"] == [f"{endless[:40]}…"]


# People.


def test_an_invitation_is_printed_with_its_code_link_and_end(duban: Shell) -> None:
    made = duban.json("invite", "--unit", "武清区", "--role", "liaison", "--expires", "2d")
    assert {"code", "link", "expires_at"} <= set(made)
    assert made["link"] is None  # the bot's name is unknown before it first ran
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)
    assert made["code"] not in duban.file.read_bytes().decode("latin-1")
    with closing(sqlite3.connect(duban.file)) as database, database:
        database.execute("INSERT INTO meta (name, value) VALUES ('bot_name', 'duban_bot')")
    made = duban.json("invite", "--unit", "武清区", "--role", "liaison")
    assert made["link"] == f"https://t.me/duban_bot?start={made['code']}"
    assert "武清区" in duban.refused("invite", "--unit", "武轻区", "--role", "liaison")
    assert "liaison" in duban.refused("invite", "--unit", "武清区", "--role", "king")
    for span in ("0d", "soon", "7"):
        assert span in duban.refused("invite", "--unit", "武清区", "--role", "liaison", "--expires", span)
    assert duban("invite", "--unit", "武清区").exit_code == 2


# Upkeep.


def test_verify_walks_the_chain_and_names_the_first_event_that_does_not_follow(duban: Shell) -> None:
    whole = duban.json("verify")
    assert whole["events"] == 6
    with closing(sqlite3.connect(duban.file)) as database, database:
        database.execute("DROP TRIGGER IF EXISTS event_is_append_only_update")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        (third,) = database.execute("SELECT id FROM event ORDER BY id LIMIT 1 OFFSET 2").fetchone()
        database.execute("UPDATE event SET after = '{\"number\": 99}' WHERE id = ?", (third,))
    assert str(third) in duban.refused("verify")


def test_migrate_makes_a_ledger_and_does_no_harm_to_one(duban: Shell, tmp_path: Path) -> None:
    fresh = Shell(tmp_path, DUBAN_DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    assert fresh("migrate").exit_code == 0
    assert fresh.json("tasks") == []
    assert duban("migrate").exit_code == 0
    assert len(duban.json("tasks")) == 6


def test_doctor_tells_what_it_looked_at_and_fails_for_what_must_be_mended(duban: Shell) -> None:
    without_token = duban("doctor", "--json")
    findings = json.loads(without_token.stdout)
    assert {"level", "what", "text"} <= set(findings[0])
    assert {"policy", "working days", "database", "telegram"} <= {finding["what"] for finding in findings}
    assert without_token.exit_code == int(any(finding["level"] == "bad" for finding in findings))
    nowhere = duban("doctor", "--json", DUBAN_TOKEN="1:a", DUBAN_API_URL="http://127.0.0.1:9")
    assert nowhere.exit_code == 1
    assert "1:a" not in nowhere.output
    assert any(finding["level"] == "bad" for finding in json.loads(nowhere.stdout))


def test_simulate_prints_messages_people_and_figures_and_changes_nothing(duban: Shell) -> None:
    before = duban.json("verify")
    found = duban.json("simulate", "--from", "2022-06-13", "--to", "2022-06-14")
    assert {"messages", "people", "figures"} <= set(found)
    assert all(row["at"].startswith(("2022-06-13", "2022-06-14")) for row in found["messages"])
    assert duban.json("verify") == before
    duban.refused("simulate", "--from", "2022-06-31", "--to", "2022-07-14")


# Settings and usage.


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DUBAN_TOKN", "1:a", "DUBAN_TOKEN"),
        ("DUBAN_DATABASE", "sqlite:///x.db", "DUBAN_DATABASE_URL"),
        ("DUBAN_TIMEZONE", "Mars/Olympus", "DUBAN_TIMEZONE"),
        ("DUBAN_LOCALE", "fr", "zh or en"),
        ("DUBAN_LISTEN", "everywhere", "host:port"),
        ("DUBAN_OFFICE", "wang", "DUBAN_OFFICE"),
        ("DUBAN_TOKEN", "123456:ABC-DEF", "sample"),
        ("DUBAN_TOKEN", "…", "@BotFather"),
        ("DUBAN_API_URL", "telegram.example", "https://"),
        ("DUBAN_WEBHOOK_SECRET", "with blanks", "letters, digits"),
        ("DUBAN_WEBHOOK_URL", "https://example.org/hook", "DUBAN_WEBHOOK_SECRET"),
        ("DUBAN_CONFIG", "nowhere.toml", "nowhere.toml"),
    ],
)
def test_a_bad_setting_is_named_with_exit_2(empty: Shell, name: str, value: str, said: str) -> None:
    done = empty("tasks", **{name: value})
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_misspelt_line_of_the_configuration_is_named_with_its_nearest(empty: Shell) -> None:
    file = empty.folder / "duban.toml"
    file.write_text('timezon = "UTC"\n', encoding="utf-8")
    done = empty("tasks", DUBAN_CONFIG=str(file))
    assert done.exit_code == 2
    assert "timezone" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("tasks", "--colour"),
        ("import",),
        ("import", "nowhere.xlsx"),
        ("digest", "--format", "pdf"),
        ("simulate", "--from", "2022-06-13"),
        ("run",),
    ],
)
def test_wrong_usage_ends_with_2_and_nothing_on_standard_output(empty: Shell, words: tuple[str, ...]) -> None:
    done = empty(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_yes_and_dry_run_contradict_each_other(empty: Shell) -> None:
    assert empty("import", str(empty.folder / "plan.csv"), "--yes", "--dry-run").exit_code == 2
    assert empty.json("tasks") == []


def test_a_database_out_of_reach_is_one_line_and_no_traceback(empty: Shell) -> None:
    nowhere = "postgresql+psycopg://127.0.0.1:9/nowhere?connect_timeout=1"
    assert "Traceback" not in empty.refused("tasks", DUBAN_DATABASE_URL=nowhere)


def test_refusals_are_in_the_settings_language(duban: Shell) -> None:
    assert "没有" in duban.refused("task", "999")
    assert "no task 999" in duban.refused("task", "999", DUBAN_LOCALE="en").lower()


def test_the_module_itself_answers_as_the_command_does(duban: Shell) -> None:
    """Once through a process of its own: `python -m bot`, with real exit codes and streams."""
    given = {name: value for name, value in duban.env.items() if value is not None}
    env = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")} | given
    command = [sys.executable, "-m", "bot", "task", "999"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == duban.refused("task", "999")
