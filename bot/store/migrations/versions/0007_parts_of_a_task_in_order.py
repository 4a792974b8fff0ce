"""An index that gives every part in a task in the order of its entry, without looking at the rows."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    columns = ["task_id", "id", "unit_id", "part", "received_at"]
    op.create_index("ix_task_unit_task", "task_unit", columns, unique=False)
