"""How often something has changed that has no history: whom the bot leaves alone."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "change_count",
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("thing", name="pk_change_count"),
    )
