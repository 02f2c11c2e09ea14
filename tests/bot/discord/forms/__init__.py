"""Forms, tried with the smallest one there can be."""
