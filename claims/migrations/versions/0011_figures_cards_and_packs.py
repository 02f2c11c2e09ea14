"""What a source gives for a figure; how much a server's cards say, and how many an hour; packs that are left out."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("figure", sa.Column("documented_low", sa.Float(), nullable=True))
    op.add_column("figure", sa.Column("documented_high", sa.Float(), nullable=True))
    op.add_column("figure", sa.Column("documented_bound", sa.String(), nullable=False, server_default="exactly"))
    op.add_column("figure", sa.Column("documented_place", sa.String(), nullable=False, server_default=""))
    op.add_column("server", sa.Column("card_form", sa.String(), nullable=True))
    op.add_column("server", sa.Column("cards_per_hour", sa.Integer(), nullable=True))
    op.add_column("pack", sa.Column("in_force", sa.Boolean(), nullable=False, server_default=sa.true()))
