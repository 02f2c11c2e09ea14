"""The bot as a process of its own against the loopback Discord: real sockets, real HTTP, real signals."""
