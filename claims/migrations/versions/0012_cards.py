"""How much a server's cards say, and how many a channel gets in an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("server", sa.Column("card_form", sa.String(), nullable=True))
    op.add_column("server", sa.Column("cards_per_hour", sa.Integer(), nullable=True))
