"""Whom the bot leaves alone, snoozes, and what a channel sets for itself."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("server", sa.Column("exempt_roles", sa.JSON(), nullable=True))
    op.add_column("server", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.add_column("channel", sa.Column("cooldown_hours", sa.Float(), nullable=True))
    op.add_column("channel", sa.Column("cut_off", sa.Float(), nullable=True))
    op.add_column("channel", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "exemption",
        sa.Column("server", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("server", "user_hash", name="pk_exemption"),
    )
