"""Tests of bot/trends."""
