"""Compute: how every measure of every account is computed at once, by an engine and by blocks."""
