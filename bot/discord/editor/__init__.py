"""The claim editor: a claim's screens for moderators, with its wordings, points, figures, and the forms that change it.

Lives here: how a claim is drawn for those who may change it, and what their clicks and forms ask for.
May not live here: what an edit does and who may make it (that is `claims/`), and the history of what was changed.
"""
