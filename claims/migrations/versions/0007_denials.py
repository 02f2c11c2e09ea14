"""How people dispute a claim, beside how they say it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("wording", sa.Column("denies", sa.Boolean(), nullable=False, server_default=sa.false()))
