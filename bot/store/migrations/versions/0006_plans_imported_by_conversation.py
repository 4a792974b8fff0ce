"""Plans imported by conversation, and in which part an asked unit stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    facts = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "import_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", facts, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("issued", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sheets", sa.LargeBinary(), nullable=False),
        sa.Column("facts", facts, nullable=False),
        sa.Column("questions", facts, nullable=False),
        sa.Column("answers", facts, nullable=False),
        sa.Column("picked", facts, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("import_draft", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_draft_live",
            ["member_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part", sa.String(), server_default="", nullable=False))
