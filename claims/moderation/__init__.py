"""What people do with a base: edit claims, decide on a queue, set a server up, look at the history and take it back.

Lives here: rights, edits and their rules, one class for each kind of work; `Moderation` holds them all.
May not live here: a form, a button or a command; those ask, and this refuses or writes.
"""
