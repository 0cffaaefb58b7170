"""Reasons: the ways a firm drives its customers off, one module each."""
