"""Hostile input: what people, files and servers may send, and what must never come of it."""
