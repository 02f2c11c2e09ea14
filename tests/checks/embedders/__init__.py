"""The embedders: three ways to vectors, their cache and their breaker."""
