"""Tests of the exchange of claims: formats, dry runs, and the way back."""
