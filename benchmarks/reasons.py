"""What each reason is worth: the skill of its features alone, and what is lost without them.

    python -m benchmarks.reasons [--home data]

On the test snapshots, which nothing is tuned on. Silence is in almost everything: the early accounts tell more.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from features.catalogue import catalogue
from models.churn import Growth, learn
from pipelines.dataset import features_of, is_involuntary, read_rows, split_of
from pipelines.home import PROJECT, Home
from pipelines.settings import read_settings


def main() -> None:
    """Prints a row a reason."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--home", type=Path, default=PROJECT / "data")
    home = Home(asked.parse_args().home)
    settings = read_settings(PROJECT / "params.yaml")
    rows = read_rows(home)
    parts = split_of(rows, settings)
    voluntary = ~is_involuntary(rows)
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    test = parts.test & voluntary
    early = test & (rows["pace"] == "early").to_numpy()
    growth = Growth(**settings.train.model_dump())
    every = features_of(rows)
    reason_of = {name: catalogue().by_name[name].reason for name in every}

    def skill(names: list[str]) -> tuple[float, float]:
        model = learn(
            rows,
            left,
            train=parts.train & voluntary,
            validation=parts.validation & voluntary,
            refit=parts.before_test & voluntary,
            directions={name: catalogue().by_name[name].risk for name in names},
            growth=growth,
            about={},
        )
        return tuple(roc_auc_score(left[mask], model.risk(rows[mask])) for mask in (test, early))  # type: ignore[return-value]

    whole = skill(every)
    print(f"{'':<12}{'features':>9}{'alone: all':>12}{'early':>8}{'without: all':>14}{'early':>8}")
    print(f"{'all':<12}{len(every):>9}{whole[0]:>12.3f}{whole[1]:>8.3f}")
    for code in dict.fromkeys(reason_of.values()):
        own = [name for name in every if reason_of[name] == code]
        alone, without = skill(own), skill([name for name in every if reason_of[name] != code])
        print(
            f"{code:<12}{len(own):>9}{alone[0]:>12.3f}{alone[1]:>8.3f}"
            f"{without[0] - whole[0]:>+14.3f}{without[1] - whole[1]:>+8.3f}"
        )


if __name__ == "__main__":
    main()
