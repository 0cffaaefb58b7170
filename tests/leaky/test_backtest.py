"""What `leaky backtest` prints of figures that lack a part."""

import json

from leaky.backtest import lines


def test_where_nothing_parts_accounts_into_groups_the_backtest_has_no_table_of_them(own_home):
    assert "By group" in "\n".join(lines(own_home))
    figures = json.loads(own_home.metrics.read_text())
    figures["test"]["by_group"] = {}
    own_home.metrics.write_text(json.dumps(figures))

    told = "\n".join(lines(own_home))

    assert "By group" not in told
    assert "Over all: " in told
