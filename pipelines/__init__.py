"""Pipelines: what runs, one short module a stage."""
