"""One form per finding: a table whose first column holds the labels (问题 | … / 整改目标 | … / 责任单位 | …)."""

from bot.documents.plan_files.grid import Grid, GridCell
from bot.domain.plan_fields import Field, exact_field

_WIDEST = 4


def form_lines(grid: Grid) -> list[GridCell]:
    """The form as labelled lines, for the reader of lists; empty when the table is no such form."""
    lines: list[GridCell] = []
    labels: set[Field | None] = set()
    for row in grid.rows:
        own = [cell for cell in row if cell.own]
        if len(own) > _WIDEST:
            return []
        for label, value in zip(own[::2], own[1::2], strict=False):
            field = exact_field(label.text)
            labels.add(field)
            if field is not None:
                lines.append(GridCell(f"{label.text.strip('：:')}：{value.text}", value.where))
            else:
                lines.append(GridCell(value.text, value.where))
    known = {field for field in labels if field is not None}
    return lines if len(known) >= 3 and known & {"problem", "task", "measure"} else []
