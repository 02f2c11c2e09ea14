"""Front ends: what people see and click.

Lives here: the application object, the neutral reply, the text catalogue, the site of the claims, the terminal and the
Discord bot.
May not live here: SQL, or a decision that the checks make.
"""
