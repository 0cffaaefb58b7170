"""What of an evaluation stands in MLflow, and that its model, served over HTTP, says what the scores say."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import mlflow
import numpy as np
import pytest

from features.catalogue import catalogue
from models.churn import Churn
from models.explain import shap_contributions
from models.layout import SCORING
from models.reasons import reasons
from models.relocation import EXPERIMENT
from pipelines.at_risk import features_at
from pipelines.dataset import origins_of, read_rows
from pipelines.intake.manifest import Manifest
from pipelines.score import champion_of
from pipelines.scored import PLACES, Scored

STARTS_WITHIN = 240  # seconds, on a busy machine


@pytest.fixture(scope="module")
def served(scored_home, tmp_path_factory) -> Iterator[str]:
    """The address at which MLflow's own scoring server gives the champion, from a folder where the project is not."""
    away = tmp_path_factory.mktemp("away")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["models", "serve", "--model-uri", "models:/leaky-bucket-simulated@champion", "--env-manager", "local"]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"MLFLOW_TRACKING_URI": scored_home.tracking_uri, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (away / "log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlflow", *words],
            cwd=away,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        ends = time.monotonic() + STARTS_WITHIN
        while not answers(f"http://127.0.0.1:{port}/ping"):
            assert process.poll() is None, (away / "log").read_text()
            assert time.monotonic() < ends, (away / "log").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the server and its workers, which this test started
        process.wait()


def answers(address: str) -> bool:
    try:
        urlopen(address, timeout=30)  # noqa: S310 - our own server
    except (URLError, ConnectionError, TimeoutError):
        return False
    return True


def ask(address: str, rows):
    """The status and what the server says of rows."""
    body = json.dumps({"dataframe_split": json.loads(rows.to_json(orient="split", index=False, double_precision=15))})
    request = Request(address, body.encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own server
    try:
        with urlopen(request, timeout=120) as answer:  # noqa: S310 - our own server
            return answer.status, json.loads(answer.read())["predictions"]
    except HTTPError as error:
        return error.code, json.loads(error.read())["message"]


@pytest.fixture(scope="module")
def known(scored_home, small_settings):
    """The accounts that were scored, with their features."""
    rows, _ = features_at(small_settings, scored_home, Manifest.read(scored_home).as_of)
    return rows.sort_values("account_id", ignore_index=True)


@pytest.fixture(scope="module")
def asked(scored_home, known):
    """What the model is asked with: its features, and the pace."""
    return known[[*Churn.load(scored_home.model / SCORING).features, "pace"]]


def test_the_served_champion_says_of_every_account_what_the_scores_say(
    served, asked, known, scored_home, small_settings
):
    status, found = ask(served, asked)

    scores = Scored.read(scored_home, Manifest.read(scored_home).as_of).scores.sort_values("account_id")
    assert status == 200
    assert scores["account_id"].tolist() == known["account_id"].tolist()
    for name in ("risk", "risk_involuntary"):
        np.testing.assert_allclose([row[name] for row in found], scores[name], rtol=1e-9)
    for place in PLACES:
        code = f"reason_{place}_code"
        assert [row[code] or "" for row in found] == scores[code].fillna("").tolist(), code
    # Nobody tells a server which day it is, so its sentences count days and name none.
    model, _ = champion_of(small_settings, scored_home, Manifest.read(scored_home))
    said = reasons(shap_contributions(model, known), known, model.profiles, catalogue())
    for name in ("sign", "reason_1", "action_1", "reason_2", "reason_3"):
        assert [row[name] or "" for row in found] == said[name].fillna("").tolist(), name
    assert sum(row["reason_1"] is not None for row in found) > 20


def test_a_row_in_which_every_number_is_missing_has_a_risk(served, asked):
    status, (found,) = ask(served, asked.head(1).assign(**dict.fromkeys(asked.columns, None)))

    assert status == 200
    assert 0 < found["risk"] < 1


def test_a_column_that_is_not_there_is_named(served, asked):
    status, says = ask(served, asked.drop(columns="orders_90d"))

    assert status == 400
    assert "Model is missing inputs ['orders_90d']" in says


def test_a_text_where_a_number_must_stand_is_named(served, asked):
    status, says = ask(served, asked.head(2).astype({"orders_90d": object}).assign(orders_90d="many"))

    assert status == 400
    assert "Failed to convert column orders_90d" in says
    assert "could not convert string to float: 'many'" in says


def test_every_origin_is_a_run_of_its_own_with_what_it_learned_from_and_its_figures(scored_home, small_settings):
    client = mlflow.MlflowClient(tracking_uri=scored_home.tracking_uri)
    experiment = client.get_experiment_by_name(EXPERIMENT).experiment_id
    parent, *days = client.search_runs([experiment], order_by=["attributes.start_time ASC"])
    rows = read_rows(scored_home)
    origins = origins_of(rows, small_settings)
    figures = json.loads(scored_home.metrics.read_text())

    assert [run.data.tags["as_of"] for run in days] == [str(origin.as_of.date()) for origin in origins]
    for run, origin in zip(days, origins, strict=True):
        assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert run.data.params["rows"] == str(origin.train.sum())
        assert run.data.metrics == figures["test"]["by_as_of"][run.data.tags["as_of"]]
    assert not [name for name in parent.data.metrics if "by_as_of" in name]
    found = {given.tags[0].value: given.dataset for given in parent.inputs.dataset_inputs}
    assert json.loads(found["training"].profile)["num_rows"] == figures["data"]["labelled"]["rows"]
    assert json.loads(found["testing"].profile)["left"] == figures["data"]["test"]["left"]
    assert Path(mlflow.data.get_source(found["testing"]).load()) == scored_home.features
    assert parent.data.tags["gate.promoted"] == "true"
