"""claims/moderation."""
