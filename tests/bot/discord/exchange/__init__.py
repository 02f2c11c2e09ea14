"""Tests of claims out of a server and into it."""
