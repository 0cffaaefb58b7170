"""Intake: a source's files and SQL become checked tables."""
