"""What language a card is written in, so that a correction speaks it too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("answer", sa.Column("language", sa.String(), nullable=True))
