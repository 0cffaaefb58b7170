"""Kernels: loops over arrays, compiled; they know time and nothing else."""
