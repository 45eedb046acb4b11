"""Truth and steadiness: what the engine gets right, by how much, and at what cost."""
