"""Forms that lose nothing: a modal says in its id what it edits, so that it can be handed in after a restart.

Lives here: what a form is, how it is drawn and read, what happens to what was typed on success, fault and conflict.
May not live here: any single form. Those live with what they edit, and are registered with `Forms.add`.
"""
