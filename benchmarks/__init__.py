"""Benchmarks: what the features cost, beside what they could cost and what they would cost otherwise."""
