"""The claim base: what is known, from where, and changed by whom.

Lives here: tables, packs, documents and passages, history, exchange formats, migrations.
May not live here: Discord, the terminal, or a decision about a chat message.
"""
