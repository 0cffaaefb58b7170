"""What `leaky backtest` prints of figures that lack a part."""

import json

import pytest

from features.mistake import Mistake
from leaky.backtest import lines


def test_where_nothing_parts_accounts_into_groups_the_backtest_has_no_table_of_them(own_home, small_settings):
    assert "By group" in "\n".join(lines(own_home, small_settings))
    figures = json.loads(own_home.metrics.read_text())
    figures["test"]["by_group"] = {}
    own_home.metrics.write_text(json.dumps(figures))

    told = "\n".join(lines(own_home, small_settings))

    assert "By group" not in told
    assert "Over all: " in told


def test_figures_of_another_definition_than_the_settings_ask_for_are_not_shown(scored_home, small_settings):
    left = small_settings.left.model_copy(update={"horizon_days": 60})

    with pytest.raises(Mistake, match=r"another definition of leaving than no order for 60 days, .*--params"):
        list(lines(scored_home, small_settings.model_copy(update={"left": left})))
