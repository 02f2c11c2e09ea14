"""What moderators say of answers, given or only meant: right or wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "label",
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("author_hash", sa.String(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("labelled_by", sa.String(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "message", "claim", name=op.f("pk_label")),
    )
    for column in ("server", "author_hash", "noted_at"):
        op.create_index(op.f(f"ix_label_{column}"), "label", [column])
