"""Guide: the sheet that says how to read the others, in words that need no statistics."""

from dataclasses import dataclass

import xlsxwriter

from features.language.tongue import later, tr
from models.definition import PaceBy
from pipelines.exports.ranked import ExportContext
from pipelines.exports.sheets import A4, LINE, Styles
from pipelines.exports.wording import percent, strengths_explained, value_explained
from pipelines.exports.worth import worth_explained

EXAMPLE = 0.6  # a risk, to show what one means


def first_come(context: ExportContext) -> str:
    """Which accounts head a call list, as the beginning of "… first"."""
    return tr("most value at risk") if context.has_value else tr("highest risk")


@dataclass(frozen=True)
class Bounds:
    """How much of a large firm the workbook lists: accounts and reps that there are, and those that stand in it."""

    accounts: int
    accounts_listed: int
    reps: int
    reps_listed: int
    calls_listed: int

    def sentences(self) -> list[str]:
        """What is left out, or nothing where all is listed."""
        sentences = []
        if self.accounts_listed < self.accounts:
            sentences.append(
                tr(
                    "Accounts lists {listed:,} of {count:,} accounts: those foremost by risk or by value at risk. "
                    "accounts.csv, beside this workbook, has all.",
                    listed=self.accounts_listed,
                    count=self.accounts,
                )
            )
        if self.reps_listed < self.reps:
            sentences.append(
                tr(
                    "Call lists are here for {listed:,} of {count:,} reps: those with most value at risk. "
                    "For any other rep, filter the sheet Accounts by rep.",
                    listed=self.reps_listed,
                    count=self.reps,
                )
            )
        return sentences


_SIGNS = {
    PaceBy.orders: later(
        "What the records show of an account's leaving: silence, fewer orders, fewer product lines, smaller amounts, "
        "or the end of a contract. One sees it by that; it is not why."
    ),
    PaceBy.contracts: later(
        "What the records show of an account's leaving: a contract that ends, or of which notice was given. One sees "
        "it by that; it is not why."
    ),
}


def explanations(context: ExportContext) -> list[tuple[str, str]]:
    """Word and meaning of everything that the exports show; used by the workbook and the page alike."""
    chance = tr(
        "The chance that the account leaves. Of 100 accounts that show {risk}, about {leave:.0f} "
        "should leave and {stay:.0f} should stay: it is a chance, not a verdict.",
        risk=percent(EXAMPLE),
        leave=100 * EXAMPLE,
        stay=100 * (1 - EXAMPLE),
    )
    causes = tr(
        "What moved this account's risk up and can be acted on: what we did or left undone, or a rival did. First "
        "stands what is most unusual for what it is, which need not be the strongest. It is what the records show, "
        "and no proof of why an account leaves; what to do about it is for those who know the account. What nobody "
        "records cannot become a reason, and where none stands out it is best to ask."
    )
    words = [(tr("Leaving"), tr("An account has left when there is {leaves}.", leaves=context.leaves))]
    if context.pace_by is PaceBy.orders:
        cycle = tr(
            "The number of days in which an order is expected: between two orders of the account's own, drawn towards "
            "what is typical of others like it where it has ordered but a few times."
        )
        words.append((tr("Usual cycle"), cycle))
    words.append((tr("Risk"), chance))
    order = tr("Rank 1 has the highest risk.")
    if context.has_value:
        words.append((tr("Value"), value_explained(context.value_by, context.value_days, context.returns)))
        words.append((tr("Value at risk"), tr("Risk times value: over many such accounts, the loss to expect.")))
        order = tr("Rank 1 has the highest risk. Call order 1 has the most value at risk.")
    if context.worth:
        words.append((tr("Worth of calls"), worth_explained(context.value_period)))
    if context.pace:
        words += [(context.pace.names[pace], meaning) for pace, meaning in context.pace.meanings.items()]
    if context.pace_by in _SIGNS:
        words.append((tr("Sign"), tr(_SIGNS[context.pace_by])))
    holds = tr(
        "The facts that lower its risk most: more than usual of what is good, or none of something bad that "
        "at least half have."
    )
    usual = tr(
        "Behind a fact, in brackets: what half of the accounts had, or less, in the last year that the model knows."
    )
    lead = tr("Of the first reason: far clearer than the next. Where it is one of several, look at all of them.")
    others = tr("Accounts that cannot be judged, each with the cause, for example because they are long gone.")
    return [
        *words,
        (tr("Reasons"), causes),
        (tr("What holds it"), holds),
        (tr("Usual"), usual),
        (tr("Strength"), strengths_explained()),
        (tr("Stands out"), lead),
        (tr("Rank, call order") if context.has_value else tr("Rank"), order),
        (tr("Not scored"), others),
    ]


def write_guide(book: xlsxwriter.Workbook, styles: Styles, context: ExportContext, bounds: Bounds) -> None:
    """The sheet 'How to read this'."""
    sheet = book.add_worksheet(tr("How to read this"))
    sheet.hide_gridlines(2)
    sheet.set_row(0, 24)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, tr("How to read this"), styles.title)
    rows = explanations(context)
    calls = tr(
        "One sheet a rep, at most {count} accounts, {first} first. Fill in the shaded columns; account number and day "
        "tie them to this score.",
        count=bounds.calls_listed,
        first=first_come(context),
    )
    rows.append((tr("Call lists"), calls))
    if context.skill:
        rows.append((tr("How good is it?"), context.skill))
    rows += [(tr("What is left out"), sentence) for sentence in bounds.sentences()]
    for row, (word, meaning) in enumerate(rows, start=2):
        sheet.write_string(row, 0, word, styles.strong)
        sheet.write_string(row, 1, meaning, styles.wrapped)
        sheet.set_row(row, LINE * (1 + len(meaning) // 100) + 5)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
