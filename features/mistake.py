"""Mistake: what a user can put right, told in one line."""


class Mistake(Exception):  # noqa: N818 - it names what happened: the user's mistake, not our error
    """Something the user can mend: what is wrong, where, what exists, what to do.

    The command line prints the message as one line and exits with code 2; anything else that is raised is our own fault
    and keeps its traceback.
    """


def closest(name: str, known: list[str]) -> str:
    """' Did you mean ...?' for a misspelt name, or '' where nothing known is near."""
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
