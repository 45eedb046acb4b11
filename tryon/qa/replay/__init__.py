"""Recordings of streams, their replay to the same pixels, and what moved since the golden was made."""
