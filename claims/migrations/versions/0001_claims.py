"""Packs, documents, claims and what belongs to them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _packs_and_documents()
    _claims()
    _overrides()
    _parts_of_claims()
    _points()


def _packs_and_documents() -> None:
    op.create_table(
        "pack",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("published", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_sha256"), "document", ["sha256"])
    op.create_table(
        "document_text",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_document_text")),
    )


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=True),
        sa.Column("pack", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("loaded_digest", sa.String(), nullable=True),
        sa.Column("edited_by", sa.String(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["pack"], ["pack.id"], name=op.f("fk_claim_pack")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_pack"), "claim", ["pack"])
    op.create_index(op.f("ix_claim_server"), "claim", ["server"])
    op.create_index(
        "uq_claim_id_server",
        "claim",
        ["id", "server"],
        unique=True,
        sqlite_where=sa.text("server IS NOT NULL"),
        postgresql_where=sa.text("server IS NOT NULL"),
    )
    op.create_index(
        "uq_claim_id_shared",
        "claim",
        ["id"],
        unique=True,
        sqlite_where=sa.text("server IS NULL"),
        postgresql_where=sa.text("server IS NULL"),
    )


def _overrides() -> None:
    op.create_table(
        "claim_override",
        sa.Column("server", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("cut_off", sa.Float(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("server", "claim", name=op.f("pk_claim_override")),
    )


def _parts_of_claims() -> None:
    op.create_table(
        "wording",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.key"], name=op.f("fk_wording_claim"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wording")),
    )
    op.create_index(op.f("ix_wording_claim"), "wording", ["claim"])
    op.create_table(
        "figure",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("subject_en", sa.String(), nullable=False),
        sa.Column("subject_zh", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.key"], name=op.f("fk_figure_claim"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_figure")),
    )
    op.create_index(op.f("ix_figure_claim"), "figure", ["claim"])


def _points() -> None:
    op.create_table(
        "point",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("speaker_en", sa.String(), nullable=False),
        sa.Column("speaker_zh", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.key"], name=op.f("fk_point_claim"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_point")),
    )
    op.create_index(op.f("ix_point_claim"), "point", ["claim"])
    op.create_table(
        "citation",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_citation_document")),
        sa.ForeignKeyConstraint(["point"], ["point.key"], name=op.f("fk_citation_point"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_citation")),
    )
    op.create_index(op.f("ix_citation_document"), "citation", ["document"])
    op.create_index(op.f("ix_citation_point"), "citation", ["point"])
