"""Ids and values that only a forger sends get the ordinary refusal: never a failure, and never more than a refusal."""

import random
import re
from collections.abc import Iterator

import pytest
from simcord.backend.errors import SetupError

from bot.discord.forms import PREFIX, FormName, read_typed
from bot.discord.routes import UNREADABLE
from config.errors import UnknownEntryError
from tests.bot.discord.rights_table import FORMS, OPEN_TO_ALL, USES, Use
from tests.bot.discord.test_rights import put_up, said, use_part
from tests.bot.discord.world import hand_in, text_of

NUMBERS = ("9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 30, "-1", "٣", "1e3", "")
WORDS = ("nothing", "\0", "..", "%s", "|", "~", ":", "🙂" * 9)
LONGEST = 100
BROKEN = "Something went wrong"


def forged(custom_id: str, dice: random.Random) -> Iterator[str]:
    """Yield ids like this one that the bot has never drawn."""
    parts = re.split(r"([:|])", custom_id)
    for place in range(2, len(parts), 2):
        for other in (*dice.sample(NUMBERS, 3), *dice.sample(WORDS, 2)):
            yield "".join([*parts[:place], other, *parts[place + 1 :]])
    for length in range(3, len(parts), 2):
        yield "".join(parts[:length])
    yield f"{custom_id}:1"
    yield f"{custom_id}|x|~{'f' * 8}"
    yield f"{custom_id}\n"


def many(ids: list[str], most: int) -> list[str]:
    dice = random.Random(11)
    made = {each for custom_id in ids for each in forged(custom_id, dice) if 0 < len(each) <= LONGEST}
    return dice.sample(sorted(made), min(most, len(made)))


async def press(world, use: Use) -> str:
    try:
        return said(await use_part(world.chief, await put_up(world, use), use))
    except SetupError:  # Discord itself would not have taken it
        return ""


IDS = [*(use.custom_id for use in USES if use.of == "words"), *OPEN_TO_ALL]


async def all_refused(world, most: int) -> None:
    for custom_id in many(IDS, most):
        assert BROKEN not in await press(world, Use(custom_id)), custom_id
    menus = [use for use in USES if use.values and use.of == "words"]
    for use in random.Random(12).sample(menus, min(most // 10, len(menus))):
        for value in (*NUMBERS[:4], *WORDS[:2]):
            assert BROKEN not in await press(world, Use(use.custom_id, (value,))), (use.custom_id, value)
    assert world.env.errors == []


async def test_forged_buttons_and_menus_get_the_ordinary_refusal(world):
    await all_refused(world, 40)


@pytest.mark.slow
async def test_very_many_forged_buttons_and_menus_get_it_too(world):
    await all_refused(world, 600)


async def opened(world):
    return await world.chief.slash(world.channel, "claims new")


@pytest.mark.parametrize("name", many([f"{each}" for each in FORMS.values()], 12))
async def test_forged_forms_get_the_ordinary_refusal(world, name):
    form = await opened(world)
    form._interaction.modal = form.modal | {"custom_id": f"{PREFIX}{name}"}
    done = await hand_in(world.chief, form, title="typed")
    assert BROKEN not in text_of(done)
    assert world.env.errors == []


async def test_a_form_without_its_fields_gets_the_ordinary_refusal(world):
    form = await opened(world)
    form._interaction.modal = form.modal | {"custom_id": f"{PREFIX}{FormName('prop', ('',))}"}
    assert UNREADABLE in text_of(await hand_in(world.chief, form, title="typed"))
    assert world.env.errors == []


def field(name: object, **sent: object) -> dict[str, object]:
    return {"type": 18, "component": {"type": 4, "custom_id": name, **sent}}


def test_what_modals_send_is_read():
    row = {"type": 1, "components": [{"type": 4, "custom_id": "note", "value": "old clients send rows"}]}
    sent = [field("title", value="Banks run"), field("use", values=["says", "denies"]), row]
    assert read_typed(sent) == {"title": "Banks run", "use": "says\ndenies", "note": "old clients send rows"}


SHAPES = (
    None,
    7,
    "text",
    [None],
    ["text"],
    [{}],
    [{"component": "text"}],
    [{"component": {}}],
    [{"components": []}],
    [{"components": [None]}],
    [field("title", value=7)],
    [field("title", values=7)],
    [field("title", values=[7])],
    [field("title", value="x" * 4001)],
    [field(f"field-{number}", value="x") for number in range(6)],
)


@pytest.mark.parametrize("sent", SHAPES, ids=range(len(SHAPES)))
def test_what_no_modal_sends_gets_the_ordinary_refusal(sent):
    with pytest.raises(UnknownEntryError, match=re.escape(UNREADABLE)):
        read_typed(sent)
