"""The demonstration's strike-offs: for each group of tasks the lines people wrote, from the evidence to 销号."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from content import Content, Task

OFFICE, LEADER, VERIFIER = "office", "leader", "verifier"
OWN_CHECK = "，自查完成。"


def lines(tables: dict[str, Any], reports: Sequence[Any], content: Content) -> list[dict[str, Any]]:
    """What is said in the chat: {"at", "user_id", "text"} and, with evidence, {"file", "content"}."""
    tasks = {task.number: task for task in content.tasks}
    told = _Told(tables, reports)
    return [
        line for group in tables["struck"] for line in told.group(group, [tasks[number] for number in group["tasks"]])
    ]


class _Told:
    def __init__(self, tables: dict[str, Any], reports: Sequence[Any]) -> None:
        self._reports = reports
        self._signers = tables["signers"]
        self._texts = {each["task"]: each["text"].removesuffix(OWN_CHECK) for each in tables["finish"]}
        people = tables["person"]
        self._liaisons = {person["unit"]: person["user_id"] for person in people if person["role"] == "liaison"}
        self._roles = {person["role"]: person["user_id"] for person in people}
        self._papers = 0

    def group(self, days: dict[str, Any], tasks: Sequence[Task]) -> Iterator[dict[str, Any]]:
        for n, task in enumerate(tasks):
            liaison = self._liaisons.get(task.lead) or self._liaisons[_doing(task)[0]]
            at = _at(days["asked"], 9, 40) + timedelta(minutes=7 * n)
            proof = {"file": f"{task.short}验收资料（演示）.csv", "content": self._proof(task)}
            yield _line(at, liaison, f"佐证 {task.number}", **proof)
            text = self._texts[task.number]
            yield _line(at + timedelta(minutes=2), liaison, f"申请销号 {task.number} {text}")
        yield self._agreed(_at(days["accepted"], 15, 10), VERIFIER, tasks)
        yield self._agreed(_at(days["published"], 10, 0), OFFICE, tasks)
        yield from self._on_paper(_at(days["units"], 11, 0), {task.number: _doing(task) for task in tasks})
        leads = {task.number: [task.lead] for task in tasks if task.lead not in _doing(task)}
        yield from self._on_paper(_at(days["lead"], 16, 0), leads)
        yield self._agreed(_at(days["signed"], 9, 30), OFFICE, tasks)
        yield self._agreed(_at(days["signed"], 11, 20), LEADER, tasks)
        yield self._agreed(_at(days["struck"], 16, 30), OFFICE, tasks)

    def _agreed(self, at: datetime, role: str, tasks: Sequence[Task]) -> dict[str, Any]:
        return _line(at, self._roles[role], "\n".join(f"同意 {task.number}" for task in tasks))

    def _on_paper(self, at: datetime, units: dict[int, list[str]]) -> Iterator[dict[str, Any]]:
        """The office records what the heads signed on paper, a line for each."""
        signed = []
        for number, names in units.items():
            for unit in names:
                self._papers += 1
                paper = f"津整改联签〔2022〕{self._papers}号"
                signed.append(f"代录签字 {number} {unit} {self._signers[unit]} {at.date()} {paper}")
        if signed:
            yield _line(at, self._roles[OFFICE], "\n".join(signed))

    def _proof(self, task: Task) -> str:
        """A list of what was done: a row for each measure with the last word on it."""
        last = {said.measure: said for said in self._reports if said.measure.split(".")[0] == str(task.number)}
        rows = [
            f"{measure},{task.measures[int(measure.split('.')[1]) - 1].name},{said.at.date()},{said.text}"
            for measure, said in sorted(last.items())
        ]
        return "\n".join(["措施,名称,报送日期,完成情况", *rows]) + "\n"


def _doing(task: Task) -> list[str]:
    """The units that do the work, each once."""
    names = [unit for measure in task.measures for unit in (measure.units or task.responsible).split("、")]
    return list(dict.fromkeys(name for name in names if name))


def _at(day: str, hour: int, minute: int) -> datetime:
    return datetime.fromisoformat(day) + timedelta(hours=hour, minutes=minute)


def _line(at: datetime, user_id: int, text: str, **more: Any) -> dict[str, Any]:
    return {"at": at.isoformat(), "user_id": user_id, "text": text, **more}
