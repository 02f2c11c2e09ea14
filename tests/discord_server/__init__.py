"""A small Discord on the loopback interface: REST and gateway over real sockets.

Lives here: the server, the payloads it speaks, and the entry that points the bot at it.
May not live here: tests, or anything that the product imports.
"""
