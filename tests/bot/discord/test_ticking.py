"""Ticking right and wrong, and the cut-off that is proposed, asked about, and only then in force."""

import json

import discord
import pytest

from claims.moderation.labels import LabelledReply
from tests.bot.discord.rights_table import CRANE_ID
from tests.bot.discord.world import CRANE, MODERATORS_ONLY, labels_of, shown_by, text_of
from tests.claims.people import administrator

OPEN = "Tick right or wrong"


@pytest.fixture
async def past(world):
    """A channel that is switched off, with two lines of the claim."""
    channel = world.guild.create_text_channel("past")
    for text in (CRANE, "good morning", CRANE):
        await world.bob.send(channel, text)
    return channel


@pytest.fixture
def ticked(world):
    """Labels that speak for a cut-off: thirty right ones far above eight wrong ones."""

    def tick(channel: int) -> None:
        book, actor = world.touchstone.moderation.labels, administrator(world.guild.id)
        scores = [0.97] * 30 + [0.70] * 8
        put = [LabelledReply(channel, 1000 + number, CRANE_ID, score) for number, score in enumerate(scores)]
        book.put_up(actor, "backtest", [channel], put)
        book.tick(actor, [(channel, each.message, CRANE_ID) for each in put[:30]], True)
        book.tick(actor, [(channel, each.message, CRANE_ID) for each in put[30:]], False)

    return tick


async def opened(world, past) -> discord.Message:
    shown = await world.chief.slash(world.channel, "backtest", channel=past)
    return shown_by(await world.chief.click(shown.response.message, label=OPEN))


def menus_of(message: discord.Message) -> list[discord.SelectMenu]:
    parts = [part for row in message.components[0].children for part in getattr(row, "children", [])]
    return [part for part in parts if isinstance(part, discord.SelectMenu)]


async def test_replies_are_ticked_right_and_wrong_and_ticks_are_taken_back(world, past):
    message = await opened(world, past)
    right, wrong = menus_of(message)
    values = [option.value for option in right.options]
    assert len(values) == 2
    await world.chief.select(message, values, custom_id=right.custom_id)
    labelled = world.touchstone.moderation.labels.labelled(administrator(world.guild.id))
    assert [each.right for each in labelled] == [True, True]
    done = await world.chief.select(message, values[:1], custom_id=wrong.custom_id)
    shown = text_of(shown_by(done))
    assert "2 of 2 ticked" in shown
    assert "1\\. ✗ https://" in shown
    assert "2\\. ✓ https://" in shown
    assert "From 20 ticks on" in shown
    done = await world.chief.select(message, [], custom_id=right.custom_id)
    assert "1 of 2 ticked" in text_of(shown_by(done))


async def test_a_menu_drawn_before_another_moderator_s_report_ticks_what_it_showed_and_nothing_else(world, past):
    mine, other = await opened(world, past), await opened(world, past)
    right, wrong = menus_of(mine)
    values = [option.value for option in right.options]
    mine = shown_by(await world.chief.select(mine, values[:1], custom_id=right.custom_id))
    await world.bob.send(past, CRANE)
    await world.chief.slash(world.channel, "backtest", channel=past)
    await world.chief.select(mine, values[1:], custom_id=wrong.custom_id)
    book, numbers = world.touchstone.moderation.labels, [int(value.split(":")[1]) for value in values]
    ticks = {each.message: each.right for each in book.labelled(administrator(world.guild.id))}
    assert ticks == {numbers[0]: True, numbers[1]: False}
    # In the other one nothing stood chosen: to choose one there takes no tick from the first.
    await world.chief.select(other, values[1:], custom_id=right.custom_id)
    ticks = {each.message: each.right for each in book.labelled(administrator(world.guild.id))}
    assert ticks == {numbers[0]: True, numbers[1]: True}


async def test_a_report_on_a_channel_shows_nothing_of_its_threads(world, past):
    thread = await world.env.bot.get_channel(past.id).create_thread(
        name="aside", type=discord.ChannelType.public_thread
    )
    book, actor = world.touchstone.moderation.labels, administrator(world.guild.id)
    book.put_up(actor, "backtest", [thread.id], [LabelledReply(thread.id, 1, CRANE_ID, 0.9)])
    assert "0 of 2 ticked" in text_of(await opened(world, past))


async def test_a_tick_for_a_reply_that_is_no_longer_there_ticks_nothing(world, past):
    message = await opened(world, past)
    right, _ = menus_of(message)
    world.touchstone.moderation.labels.put_up(administrator(world.guild.id), "backtest", [past.id], [])
    done = await world.chief.select(message, [right.options[0].value], custom_id=right.custom_id)
    assert "Nothing is left to tick" in text_of(shown_by(done))


async def test_a_cut_off_is_proposed_asked_about_and_only_then_in_force(world, past, ticked):
    ticked(past.id)
    message = await opened(world, past)
    settings = world.touchstone.servers.settings
    (label,) = (label for label in labels_of(message) if label.startswith("Use cut-off 0."))
    assert "They speak for a cut-off of 0." in text_of(message)
    asked = await world.chief.click(message, label=label)
    assert "Nothing changes until you confirm." in text_of(asked)
    assert "30 of 30 right ones and 0 of 8 wrong ones" in text_of(asked)
    assert settings(world.guild.id).cut_off is None
    before = world.touchstone.base.revision
    await world.chief.click(shown_by(asked), label="Confirm")
    assert 0.70 < settings(world.guild.id).cut_off < 0.97
    assert f"{settings(world.guild.id).cut_off:.2f}" in label
    assert world.touchstone.base.revision == before + 1


@pytest.mark.parametrize(
    ("locale", "proposed", "asked", "done"),
    [
        (discord.Locale.american_english, "They speak for a cut-off of 0.", "If you confirm, I answer", "From now on"),
        (discord.Locale.chinese, "这些标注支持把门槛设为0.", "确认后，我在本服务器只回复得分达到0.", "从现在起"),
        (
            discord.Locale.taiwan_chinese,
            "這些標註支持把門檻設為0.",
            "確認後，我在本伺服器只回覆分數達到0.",
            "從現在起",
        ),
    ],
)
async def test_a_moderator_is_led_to_a_cut_off_in_each_language(
    world, past, ticked, in_language, locale, proposed, asked, done
):
    in_language(locale)
    ticked(past.id)
    report = shown_by(await world.chief.slash(world.channel, "backtest", channel=past))
    page = shown_by(await world.chief.click(report, label=labels_of(report)[0]))
    assert proposed in text_of(page)
    (use,) = (label for label in labels_of(page) if "0." in label)
    question = shown_by(await world.chief.click(page, label=use))
    assert asked in text_of(question)
    answer = shown_by(await world.chief.click(question, label=labels_of(question)[0]))
    assert done in text_of(answer)
    cut_off = world.touchstone.servers.settings(world.guild.id).cut_off
    assert f"{cut_off:.2f}" in text_of(answer)


async def test_a_button_of_an_older_report_no_longer_silences_anything(world):
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Use", custom_id="ts:cut-off:0.999999985"))
    view.stop()
    sent = await world.env.bot.get_channel(world.channel.id).send("here", view=view)
    done = await world.chief.click(next(each for each in world.channel.history() if each.id == sent.id), label="Use")
    assert "This button or menu is no longer known." in text_of(done)
    assert world.touchstone.servers.settings(world.guild.id).cut_off is None


async def test_members_without_the_right_tick_nothing(world, past, without_rights):
    message = await opened(world, past)
    right, _ = menus_of(message)
    with without_rights():
        done = await world.chief.select(message, [right.options[0].value], custom_id=right.custom_id)
    assert MODERATORS_ONLY in text_of(done.followups[0].message)
    assert world.touchstone.moderation.labels.labelled(administrator(world.guild.id)) == ()


async def test_a_message_that_is_lost_on_its_way_is_missing_from_the_file_and_counted(world, past, lose):
    message = await opened(world, past)
    right, _ = menus_of(message)
    await world.chief.select(message, [option.value for option in right.options[:2]], custom_id=right.custom_id)
    lose("GET", f"/channels/{past.id}/messages/*", times=1)
    done = await world.chief.click(message, label="Labels as a file")
    (file,) = shown_by(done).attachments
    assert len((await file.read()).decode().splitlines()) == 1
    assert "1 message cannot be read." in shown_by(done).content


async def test_the_labels_are_a_file_in_the_form_of_labelled_messages(world, past):
    message = await opened(world, past)
    right, wrong = menus_of(message)
    first, second = (option.value for option in right.options)
    await world.chief.select(message, [first], custom_id=right.custom_id)
    await world.chief.select(message, [second], custom_id=wrong.custom_id)
    done = await world.chief.click(message, label="Labels as a file")
    (file,) = shown_by(done).attachments
    rows = [json.loads(line) for line in (await file.read()).decode().splitlines()]
    assert sorted((row["text"], row["claims"], row["stance"]) for row in rows) == [
        (CRANE, [], "none"),
        (CRANE, [CRANE_ID], "asserts"),
    ]
