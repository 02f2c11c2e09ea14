"""What the bot did in chats: messages taken for an answer, claims seen, and cards to correct.

Lives here: books whose every method is one short transaction, so that restarts and second processes do no harm.
May not live here: what a message says, how a card looks, or anything that asks for a moderator's rights.
"""
