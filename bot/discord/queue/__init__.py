"""The moderators' queue: what members and documents propose, what is reported or only just missed, the weekly digest.

Lives here: how items come in from Discord, how they are shown, and how one click decides them.
May not live here: what waits and what a decision does (that is `claims/`), and the editor of a single claim.
"""
