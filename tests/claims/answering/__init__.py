"""Tests of `claims.answering`."""
