"""What circulates, as a sheet and as a picture, the same for Discord and the terminal.

Lives here: the drawing, its colours and its font.
May not live here: a query, or anything that leads to a message or a member.
"""
