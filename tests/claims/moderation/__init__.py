"""Tests of `claims.moderation`."""
