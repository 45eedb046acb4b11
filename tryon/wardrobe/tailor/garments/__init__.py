"""Recipes of the garments: measures and ease as data, and the drafts made of them."""
