"""The desk of a single claim, for moderators: its private card, its parts, and the forms that change them.

Lives here: what the card, the wordings, points and figures look like, their buttons, menus and forms.
May not live here: what a change does and who may make it (that is `claims/`), how forms survive (`bot/discord/forms/`),
the history of a claim, and the queue.
"""
