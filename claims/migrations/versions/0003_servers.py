"""Servers, channels, answers, sightings and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _settings()
    _answers()
    _seen_and_reported()


def _settings() -> None:
    op.create_table(
        "server",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("moderator_roles", sa.JSON(), nullable=False),
        sa.Column("cooldown_hours", sa.Float(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server")),
    )
    op.create_table(
        "channel",
        sa.Column("server", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("server", "channel", name=op.f("pk_channel")),
    )


def _answers() -> None:
    op.create_table(
        "answer",
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("author_hash", sa.String(), nullable=True),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("card_message", sa.BigInteger(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_answer")),
        sa.UniqueConstraint("card_message", name=op.f("uq_answer_card_message")),
    )
    op.create_index(op.f("ix_answer_author_hash"), "answer", ["author_hash"])
    op.create_index(op.f("ix_answer_server"), "answer", ["server"])
    op.create_index(op.f("ix_answer_taken_at"), "answer", ["taken_at"])
    op.create_table(
        "cooldown",
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "claim", name=op.f("pk_cooldown")),
    )
    op.create_index(op.f("ix_cooldown_message"), "cooldown", ["message"])


def _seen_and_reported() -> None:
    op.create_table(
        "sighting",
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("author_hash", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("stance", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("claim_version", sa.Integer(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message", "claim", name=op.f("pk_sighting")),
    )
    op.create_index(op.f("ix_sighting_author_hash"), "sighting", ["author_hash"])
    op.create_index(op.f("ix_sighting_seen_at"), "sighting", ["seen_at"])
    op.create_index(op.f("ix_sighting_server"), "sighting", ["server"])
    op.create_table(
        "feedback",
        sa.Column("card_message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("reporter_hash", sa.String(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("card_message", "claim", "reporter_hash", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_server"), "feedback", ["server"])
