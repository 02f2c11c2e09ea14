"""Whether a server lets `/check` ask other fact-checkers."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("server", sa.Column("outside_checks", sa.Boolean(), nullable=True))
