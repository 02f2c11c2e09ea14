"""How much a report counts; where moderators are told, and what of a budget is spent."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("weight", sa.Float(), nullable=False, server_default="1"))
    op.add_column("feedback", sa.Column("is_author", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("server", sa.Column("moderators_channel", sa.BigInteger(), nullable=True))
    op.add_column("server", sa.Column("answer_log", sa.Boolean(), nullable=True))
    op.add_column("server", sa.Column("budget_spent", sa.JSON(), nullable=True))
    op.add_column("server", sa.Column("budget_told_at", sa.DateTime(timezone=True), nullable=True))
