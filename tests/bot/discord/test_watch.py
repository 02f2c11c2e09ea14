"""What the bot does with the messages of a channel."""

from tests.bot.discord.world import CRANE, SILENT, labels_of, text_of


async def test_a_known_claim_is_answered_with_a_card_that_pings_nobody(world):
    card = await world.card()
    assert "The old harbour crane was built in 1920" in text_of(card)
    assert card.reference
    assert labels_of(card) == ["Sources", "Why this?", "Not what I said"]
    assert [body["allowed_mentions"] for body in world.sent()] == [SILENT]
