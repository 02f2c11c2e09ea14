"""What people are told when something goes wrong, in one place for commands, clicks and forms."""

import logging
import secrets
from dataclasses import dataclass

import aiohttp
import discord
from discord import app_commands

from bot.discord.cards import escape, shorten
from bot.texts import Texts, msgid
from bot.wording import fault_lines, field_name
from config.errors import (
    ClaimBaseError,
    ConflictError,
    InvalidEditError,
    TouchstoneError,
    UnknownClaimError,
    WordedError,
)

_log = logging.getLogger(__name__)

# What a request to Discord raises that is lost on its way, a timeout among it; and one that is lost or refused.
LOST_REQUEST = (aiohttp.ClientError, OSError)
FAILED_REQUEST = (discord.HTTPException, *LOST_REQUEST)

# Discord takes 2,000 characters of plain text.
_LONGEST = 1900


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """What to say for some kinds of error (None: what the error itself says, in the reader's language).

    `is_fault` ones are logged with a number that the sentence carries too.
    """

    kinds: tuple[type[BaseException], ...]
    sentence: str | None
    is_fault: bool


# The first that fits is taken, so that a kind must stand before the kinds it belongs to.
ANSWERS = (
    ErrorAnswer((WordedError, InvalidEditError, ConflictError), None, is_fault=False),
    ErrorAnswer((app_commands.NoPrivateMessage,), msgid("That works only in a server."), is_fault=False),
    ErrorAnswer(
        (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch),
        msgid("This command has changed. Reload Discord and try again in a few minutes."),
        is_fault=True,
    ),
    ErrorAnswer(
        (app_commands.TransformerError,), msgid("I cannot read that value. Pick one from the list."), is_fault=False
    ),
    ErrorAnswer((UnknownClaimError,), msgid("There is no such claim here. Pick one from the list."), is_fault=False),
    ErrorAnswer(
        (ClaimBaseError,),
        msgid(
            "The claim base cannot be read or written just now. Try again in a minute; of a change, look first whether"
            " it was made."
        ),
        is_fault=True,
    ),
    ErrorAnswer((discord.NotFound,), msgid("That message is gone."), is_fault=False),
    ErrorAnswer(
        (discord.Forbidden,),
        msgid("Discord does not let me do that here. A moderator can look at my rights in this channel."),
        is_fault=True,
    ),
    ErrorAnswer(
        FAILED_REQUEST,
        msgid("Discord did not take my answer. Try again in a minute."),
        is_fault=True,
    ),
    ErrorAnswer((Exception,), msgid("Something went wrong on my side."), is_fault=True),
)


def cause_of(error: BaseException) -> BaseException:
    """Return what a command raised, without discord.py's wrapping."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def describe(error: BaseException, texts: Texts, where: str, instead: str = "") -> str:
    """Return the sentence for an error; a fault is logged, once, under a number that the sentence names.

    `instead`: what to say in place of it, where what went wrong is not what the person has to know.
    """
    cause = cause_of(error)
    answer = next(each for each in ANSWERS if isinstance(cause, each.kinds))
    sentence = instead or (own_words(cause, texts) if answer.sentence is None else texts(answer.sentence))
    if not answer.is_fault:
        return sentence
    number = secrets.token_hex(3)
    _log.error("Failure %s in %s: %s", number, where, cause, exc_info=cause)
    where_to_look = texts("The log has it as no. {number}.", number=number)
    return f"{sentence} {where_to_look}"


def own_words(error: BaseException, texts: Texts) -> str:
    """Return what an error of the claim base says, in the reader's language and escaped."""
    # What is escaped must not hold mentions.
    texts = texts.plain
    match error:
        case InvalidEditError():
            lines = fault_lines(error, texts)
        case ConflictError():
            names = texts.listed(field_name(each.field, texts) for each in error.fields)
            lines = [texts("Somebody else was faster, and nothing of yours was written. Look at it again.")]
            lines += [texts("The two versions differ in: {fields}.", fields=names)] if names else []
        case TouchstoneError():
            lines = [texts.of_error(error)]
        case _:
            lines = [str(error)]
    return shorten("\n".join(map(escape, lines)), _LONGEST)
