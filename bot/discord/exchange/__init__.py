"""Claims out of a server and into it, as files: `/claims export` and `/claims import`.

Lives here: the two commands, the dry run as a message that carries its file, and its buttons.
May not live here: a format, a decision on what a file may change, or a request to any address but Discord's.
"""
