"""Garments made elsewhere, altered to fit our body and bound to its joints."""
