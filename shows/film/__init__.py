"""A show as pictures and as a film."""
