"""Garments by recipe: flat pattern pieces, sewn and draped on the body, bound to its joints."""
