"""Worked examples of every feature, a file for each reason."""
