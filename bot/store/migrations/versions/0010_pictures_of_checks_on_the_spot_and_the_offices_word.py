"""Pictures of a check on the spot, the office's word on a failed look-back, no event put in another's place."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spot_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("look_back", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("answered_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE removes the row in its way without asking a DELETE trigger.
        op.execute(
            "CREATE TRIGGER event_no_replace BEFORE INSERT ON event "
            "WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR hash = NEW.hash) "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
