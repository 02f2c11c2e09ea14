"""Settings of a server and reports of shadow mode."""
