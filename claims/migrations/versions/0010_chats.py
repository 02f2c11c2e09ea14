"""Messages are told apart within their channel: elsewhere than in Discord their numbers are unique only there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table, rest in (("answer", ()), ("sighting", ("claim",)), ("shadow_match", ())):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", ["channel", "message", *rest])
    with op.batch_alter_table("answer") as batch:
        batch.drop_constraint("uq_answer_card_message", type_="unique")
        batch.create_unique_constraint("uq_answer_channel_card_message", ["channel", "card_message"])
    with op.batch_alter_table("feedback") as batch:
        batch.add_column(sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False, server_default="0"))
        batch.drop_constraint("pk_feedback", type_="primary")
        batch.create_primary_key("pk_feedback", ["channel", "card_message", "claim", "reporter_hash"])
    op.execute(
        "UPDATE feedback SET channel = (SELECT answer.channel FROM answer"
        " WHERE answer.card_message = feedback.card_message)"
        " WHERE card_message IN (SELECT card_message FROM answer WHERE card_message IS NOT NULL)"
    )
    with op.batch_alter_table("feedback") as batch:
        batch.alter_column("channel", server_default=None)
