"""Keepers: how each kind of thing that has a history is read as a plain state, and written back from one.

Lives here: one keeper a kind, all with the same two methods. May not live here: rights, rules, or revisions.
"""
