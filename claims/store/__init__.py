"""claims/store."""
