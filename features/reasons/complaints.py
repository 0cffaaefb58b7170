"""Complaints: a customer who complains says that something is wrong, not always what."""

from ibis import _

from features.language.declare import Reason, count, days_since_last
from features.language.rows import signals

complained = signals.where(_.kind == "complaint")


class Complaints(Reason):
    """They have complained."""

    action = "Ask what had gone wrong, and tell them what was done about it"

    complaints = count(complained, days=(180, 360), risk="rises", says="{value:# complaint} in {days} days")
    days_since_complaint = days_since_last(complained, risk="falls", says="They last complained {value:# on}")
