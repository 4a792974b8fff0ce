"""What a photo tells of itself, files withdrawn with a reason, signatures on paper, corrections of units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    facts = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("look", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("near_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_why", sa.String(), server_default="", nullable=False))
        batch_op.create_index("ix_evidence_look", ["look"], unique=False)
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paper", facts, server_default="{}", nullable=False))
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("units_before", facts, server_default="{}", nullable=False))
