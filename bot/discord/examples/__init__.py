"""A server's own evaluation set: moderators keep a message with its label; its author is told, and can delete it.

Lives here: the menu and the command that keep one, how its author hears of it, and the list with its file.
May not live here: what is kept and who may delete it (that is `claims/examples.py`).
"""
