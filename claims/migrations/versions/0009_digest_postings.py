"""When the weekly digest of a server was posted last."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("server", sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True))
