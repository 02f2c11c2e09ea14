"""Stance: denials, questions, quotations, and any text at all."""
