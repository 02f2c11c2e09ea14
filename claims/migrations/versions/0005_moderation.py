"""Moderation: settings, what reports lead to, undone revisions, and the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _new_columns()
    _queue()
    _kept_texts()


def _new_columns() -> None:
    # Plain additions: a rebuild of these tables would lose the triggers that keep revisions append-only.
    op.add_column("revision", sa.Column("undoes", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("server", sa.BigInteger(), nullable=True))
    op.add_column("answer", sa.Column("shown", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("claim_override", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("claim_override", sa.Column("raised_to", sa.Float(), nullable=True))
    op.add_column("claim_override", sa.Column("reports_from", MOMENT, nullable=True))
    op.add_column("server", sa.Column("packs", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("server", sa.Column("cut_off", sa.Float(), nullable=True))
    op.add_column("server", sa.Column("budget", sa.Float(), nullable=True))
    op.add_column("server", sa.Column("digest_channel", sa.BigInteger(), nullable=True))
    op.add_column("server", sa.Column("pause_reports", sa.Integer(), nullable=True))
    op.add_column("server", sa.Column("correction_days", sa.Integer(), nullable=True))
    op.add_column("server", sa.Column("setup_step", sa.String(), nullable=True))


def _queue() -> None:
    op.create_table(
        "queue_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("author_hash", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_item")),
        sa.UniqueConstraint("key", name=op.f("uq_queue_item_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_queue_item_author_hash"), "queue_item", ["author_hash"])
    op.create_index("ix_queue_item_server_state", "queue_item", ["server", "state"])


def _kept_texts() -> None:
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("makes_claim", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("author_hash", sa.String(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example")),
    )
    op.create_index(op.f("ix_example_author_hash"), "example", ["author_hash"])
    op.create_index(op.f("ix_example_server"), "example", ["server"])
    op.create_table(
        "form_draft",
        sa.Column("server", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_hash", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("server", "user_hash", "form", name=op.f("pk_form_draft")),
    )
    op.create_index(op.f("ix_form_draft_saved_at"), "form_draft", ["saved_at"])
