"""Exports: what managers and reps open: a workbook, a page, and the same list as CSV."""
