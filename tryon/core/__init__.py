"""Types, spaces and mathematics that every stage shares; imports nothing but numpy."""
