"""What the bot did in chats: messages taken for an answer, claims seen, cards to correct, and traces of people.

Lives here: books whose every method is one short transaction, so that restarts and second processes do no harm; and the
list of all columns that can lead to a person, by which they are let go.
May not live here: what a message says, how a card looks, or anything that asks for a moderator's rights.
"""
