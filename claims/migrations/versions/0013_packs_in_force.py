"""Packs that an operator leaves out, without withdrawing their claims."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("pack", sa.Column("in_force", sa.Boolean(), nullable=False, server_default=sa.true()))
