"""Forms as Discord's modals: drawn from their fields, and read from the raw answer."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import ui

from bot.discord.fitting import shorten
from bot.discord.forms.form import Form, FormField

PREFIX = "ts:f:"
_LONGEST_TITLE = 45
_LONGEST_HINT = 100


def draw_modal(form: Form) -> ui.Modal:
    """Return the modal; it is not remembered, because its id says all that `read_typed` and the form's kind need."""
    modal = ui.Modal(title=shorten(form.title, _LONGEST_TITLE), custom_id=f"{PREFIX}{form.name}", timeout=None)
    for field in form.fields:
        hint = shorten(field.hint, _LONGEST_HINT) or None
        modal.add_item(ui.Label(text=shorten(field.label, _LONGEST_TITLE), description=hint, component=_control(field)))
    modal.stop()
    return modal


def read_typed(components: Any) -> dict[str, str]:  # noqa: ANN401  Discord's raw answer
    """Return what was typed or chosen, by the name of the field; of several choices, one a line."""
    return dict(_walk(components))


def _walk(components: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"], component.get("value") or "\n".join(component.get("values", ()))
        inner = component.get("component")
        yield from _walk([*component.get("components", ()), *([inner] if inner else [])])


def _control(field: FormField) -> ui.Item[Any]:
    if field.options is None:
        if len(field.value) > field.most:
            # To cut it would lose the rest when the form is handed in.
            raise ValueError(f"{field.name} holds {len(field.value)} characters, more than its {field.most}")
        style = discord.TextStyle.long if field.long else discord.TextStyle.short
        return ui.TextInput[Any](
            custom_id=field.name, style=style, default=field.value, required=field.required, max_length=field.most
        )
    return ui.Select[Any](custom_id=field.name, options=_options(field.options, field.value), required=field.required)


def _options(options: Mapping[str, str], chosen: str) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=shorten(label, _LONGEST_HINT), value=value, default=value == chosen)
        for value, label in options.items()
    ]
