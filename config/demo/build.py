"""Writes the demonstration plan's xlsx and docx beside this file, from plan.toml, and story.toml from its source.

The bytes are the same each time.

Run it from anywhere: `.venv/bin/python config/demo/build.py`.
"""

from pathlib import Path

import content
import paper
import settle
import sheets
import story

HERE = Path(__file__).parent


def main() -> None:
    plan = content.read(HERE / "plan.toml")
    settle.write(sheets.workbook(plan), HERE / f"{plan.file}.xlsx", plan.issued)
    settle.write(paper.paper(plan), HERE / f"{plan.file}.docx", plan.issued)
    told = story.write(HERE / "story_source.toml", HERE / "story.toml", plan)
    measures = sum(len(task.measures) for task in plan.tasks)
    print(f"{len(plan.plans)} plans, {len(plan.tasks)} tasks, {measures} measures; {told}")


if __name__ == "__main__":
    main()
