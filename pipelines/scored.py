"""Scored: what scores.parquet and not_scored.parquet hold, for the stage that writes them and those that read them."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.language.tongue import ENGLISH
from features.mistake import Mistake
from features.value import Returns, ValueBy
from models.definition import Left, PaceBy
from models.reasons import MAX_HOLDS, MAX_REASONS
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest

PLACES = range(1, MAX_REASONS + 1)  # of an account's reasons, strongest first
HOLDS = range(1, MAX_HOLDS + 1)  # of what holds it

_SCORES = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.date32()),
        ("outlook_days", pa.int32()),
        ("risk", pa.float64()),
        ("risk_involuntary", pa.float64()),
        ("rank", pa.int64()),
        ("pace", pa.string()),
        ("last_order_on", pa.date32()),
        ("days_since_order", pa.int32()),
        ("usual_cycle", pa.float64()),
        ("days_to_contract_end", pa.int32()),
        ("days_to_renewal", pa.int32()),
        ("has_notice", pa.bool_()),
        ("value", pa.float64()),
        ("value_at_risk", pa.float64()),
        ("priority", pa.int64()),
        ("sign", pa.string()),
        ("sign_code", pa.string()),
        *((f"reason_{place}", pa.string()) for place in PLACES),
        *((f"reason_{place}_code", pa.string()) for place in PLACES),
        *((f"reason_{place}_shap", pa.float64()) for place in PLACES),
        *((f"action_{place}", pa.string()) for place in PLACES),
        ("reason_1_lead", pa.string()),
        *((f"holds_{place}", pa.string()) for place in HOLDS),
        ("context", pa.string()),
        ("rep_id", pa.string()),
        ("model_version", pa.string()),
        ("data_version", pa.string()),
    ]
)
_NOT_SCORED = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.date32()),
        ("last_order_on", pa.date32()),
        ("days_since_order", pa.int32()),
        ("value", pa.float64()),
        ("cause", pa.string()),
    ]
)


@dataclass(frozen=True)
class Scored:
    """All accounts of one day.

    scores: those at risk, by rank. not_scored: the others, each with the cause. value_days, returns: over how many days
    `value` is counted, and whether what came back is taken off. notice: what must stand on top of every list,
    as no model ranks the accounts, or one that has not seen a whole year. definition: the digest of the definition of
    leaving. value_by, pace_by: what value and pace go by. rule: the digest of the numbers of the rule that ranks the
    accounts; '' for a model. language: in which sentences, causes and notice are.
    """

    scores: pd.DataFrame
    not_scored: pd.DataFrame
    value_days: int
    returns: Returns
    notice: str = ""
    definition: str = ""
    value_by: ValueBy = ValueBy.orders
    pace_by: PaceBy = PaceBy.orders
    rule: str = ""
    language: str = ENGLISH

    def write(self, home: Home, as_of: date) -> None:
        about = {
            "value_days": str(self.value_days),
            "returns": self.returns.value,
            "notice": self.notice,
            "definition": self.definition,
            "value_by": self.value_by.value,
            "pace_by": self.pace_by.value,
            "rule": self.rule,
            "language": self.language,
        }
        for name, rows, schema in (("scores", self.scores, _SCORES), ("not_scored", self.not_scored, _NOT_SCORED)):
            table = pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)
            with written_whole(home.scores(as_of) / f"{name}.parquet") as unfinished:
                pq.write_table(table.replace_schema_metadata(about), unfinished, compression="zstd")

    @classmethod
    def read(cls, home: Home, as_of: date) -> "Scored":
        """Raises Mistake where that day has no scores, or some of an older version."""
        path = home.scores(as_of) / "scores.parquet"
        if not path.exists():
            raise Mistake(f"{path}: no such file. Run: leaky score --as-of {as_of}.{_others(home)}")
        schema = pq.read_schema(path)
        about = schema.metadata or {}
        if b"rule" not in about or not set(_SCORES.names) <= set(schema.names):
            raise Mistake(f"{path}: not scores of this version. Run: leaky score --as-of {as_of}.")
        return cls(
            pd.read_parquet(path),
            pd.read_parquet(path.with_name("not_scored.parquet")),
            int(about[b"value_days"]),
            Returns(about[b"returns"].decode()),
            about[b"notice"].decode(),
            about[b"definition"].decode(),
            ValueBy(about[b"value_by"].decode()),
            PaceBy(about[b"pace_by"].decode()),
            about[b"rule"].decode(),
            about.get(b"language", ENGLISH.encode()).decode(),
        )


def scored_for(left: Left, home: Home, manifest: Manifest, as_of: date) -> Scored:
    """The scores of a day. Raises Mistake where there are none, or they are for another definition of leaving or in
    another language than the source's.
    """
    scored = Scored.read(home, as_of)
    if scored.definition != left.digest:
        raise Mistake(f"the scores of {as_of} are for another definition of leaving. Run: leaky score --as-of {as_of}.")
    if scored.language != manifest.language:
        told = f"speak {scored.language}, and language: in source.yaml is {manifest.language}"
        raise Mistake(f"the scores of {as_of} {told}. Run: leaky score --as-of {as_of}.")
    return scored


def day_of_scores(manifest: Manifest, as_of: date | None) -> date:
    """The day asked for, by default that of the tables. Raises Mistake for a later one: they know too little of it."""
    if as_of is not None and as_of > manifest.as_of:
        raise Mistake(
            f"--as-of {as_of}: the tables hold what was known on {manifest.as_of}. "
            f"Ingest first: leaky ingest --as-of {as_of}."
        )
    return as_of or manifest.as_of


def _others(home: Home) -> str:
    days = sorted(path.parent.name.removeprefix("as_of=") for path in home.folder.glob("scores/as_of=*/scores.parquet"))
    return f" There are scores of {', '.join(days)}." if days else ""
