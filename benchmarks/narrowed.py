"""Narrowed: a recipe with some features alone, or with others instead."""

from collections.abc import Mapping
from dataclasses import replace

from models.churn import Direction
from models.reach import Reach
from models.recipe import Recipe


def narrowed(recipe: Recipe, directions: Mapping[str, Direction]) -> Recipe:
    """The same with these features and directions; of windows it knows those of its own features, as a model must."""
    windows = {name: window for name, window in recipe.reach.windows.items() if name in directions}
    return replace(recipe, directions=directions, reach=Reach(windows))
