"""What a source gives for a figure, beside what the claim says."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("figure", sa.Column("documented_low", sa.Float(), nullable=True))
    op.add_column("figure", sa.Column("documented_high", sa.Float(), nullable=True))
    op.add_column("figure", sa.Column("documented_bound", sa.String(), nullable=False, server_default="exactly"))
    op.add_column("figure", sa.Column("documented_place", sa.String(), nullable=False, server_default=""))
