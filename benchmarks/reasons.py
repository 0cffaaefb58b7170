"""What each reason is worth: how well its features rank alone, and what is lost without them.

    python -m benchmarks.reasons [--home data]

On the test snapshots, which nothing is tuned on. Silence is in almost everything: look at the early accounts.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from features.catalogue import catalogue
from models.churn import fit
from pipelines.dataset import features_of, is_involuntary, read_rows, split_of
from pipelines.home import PROJECT, Home
from pipelines.settings import read_settings


def main() -> None:
    """Prints a row a reason."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--home", type=Path, default=PROJECT / "data")
    home = Home(options.parse_args().home)
    settings = read_settings(PROJECT / "params.yaml")
    rows = read_rows(home)
    parts = split_of(rows, settings)
    voluntary = ~is_involuntary(rows)
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    test = parts.test & voluntary
    early = test & (rows["pace"] == "early").to_numpy()
    every = features_of(rows)
    reason_of = {name: catalogue().by_name[name].reason for name in every}

    def roc_auc(names: list[str]) -> tuple[float, float]:
        model = fit(
            rows,
            left,
            train=parts.train & voluntary,
            validation=parts.validation & voluntary,
            refit=parts.before_test & voluntary,
            directions={name: catalogue().by_name[name].risk for name in names},
            params=settings.train,
            about={},
        )
        return tuple(roc_auc_score(left[mask], model.risk(rows[mask])) for mask in (test, early))  # type: ignore[return-value]

    complete = roc_auc(every)
    print(f"{'':<12}{'features':>9}{'alone: all':>12}{'early':>8}{'without: all':>14}{'early':>8}")
    print(f"{'all':<12}{len(every):>9}{complete[0]:>12.3f}{complete[1]:>8.3f}")
    for code in dict.fromkeys(reason_of.values()):
        own = [name for name in every if reason_of[name] == code]
        alone, without = roc_auc(own), roc_auc([name for name in every if reason_of[name] != code])
        print(
            f"{code:<12}{len(own):>9}{alone[0]:>12.3f}{alone[1]:>8.3f}"
            f"{without[0] - complete[0]:>+14.3f}{without[1] - complete[1]:>+8.3f}"
        )


if __name__ == "__main__":
    main()
