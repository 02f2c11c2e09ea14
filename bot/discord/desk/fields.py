"""Fields that several forms have: named as everywhere, with their limits, and refused where they hold too much."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.discord.forms.form import LONGEST_FIELD, FormField
from bot.faults import value_text
from bot.field_names import field_name
from bot.texts import Texts
from config.errors import InvalidEditError
from config.faults import FieldFault


def named(field: FormField, texts: Texts) -> FormField:
    """Return the field with the label that people know it by; raises InvalidEditError where its text is too long."""
    if field.options is None and len(field.value) > field.most:
        values = {"count": len(field.value), "most": field.most}
        fault = FieldFault(field.name, "The text has {count} characters.", "Keep it to {most}.", values)
        raise InvalidEditError((fault,))
    return replace(field, label=field.label or field_name(field.name, texts))


def line(name: str, value: str, texts: Texts, hint: str = "", *, required: bool = False) -> FormField:
    """Return a field of one line, with the name that faults have for it."""
    return named(FormField(name, "", value, hint, required=required), texts)


def long(name: str, value: str, texts: Texts, hint: str = "", *, required: bool = False) -> FormField:
    """Return a field of several lines."""
    return named(FormField(name, "", value, hint, long=True, required=required, most=LONGEST_FIELD), texts)


def choice(
    name: str, value: str, known: Sequence[str], texts: Texts, words: Mapping[str, str] | None = None
) -> FormField:
    """Return a choice; its options are named as values of the field are, or by the `words` given."""
    options = {each: texts(words[each]) if words else value_text(name, each, texts) for each in known}
    return named(FormField(name, "", value, required=True, options=options), texts)
