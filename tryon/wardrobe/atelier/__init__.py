"""Recipes that make items out of nothing but numbers: solids, cloth, metal and stones."""
