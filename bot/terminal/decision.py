"""What the bot would do with a message, in one line."""

from bot.reply import LIKELY
from bot.texts import Texts
from checks.finding import Finding


def decision_line(finding: Finding, texts: Texts) -> str:
    """Say what the bot would do in a channel, and, where it stays silent, why."""
    if finding.action == "reply":
        return texts("The bot would reply with this card.")
    if finding.action == "offer":
        return texts("The bot would only add a small reaction, and show this card to whoever clicks it.")
    best = finding.best
    if best is None or best.score < LIKELY:
        return texts("The bot would stay silent: no known claim here.")
    if best.stance == "denies":
        return texts("The bot would stay silent: the message itself disputes the claim.")
    return texts("The bot would stay silent: something speaks against an answer.")
