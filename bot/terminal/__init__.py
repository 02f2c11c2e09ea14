"""The terminal front end: commands, cards drawn with rich, and the machine-readable output.

Lives here: everything behind the `touchstone` command.
May not live here: Discord (`touchstone run` imports it when it is called), or a decision about a message.
"""
