"""claims/answering."""
