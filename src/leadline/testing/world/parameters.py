"""Every number of the simulated market, in one place. The defaults are the development world.

Effects are log-odds before `effect_scale`; shares and chances lie in [0, 1]; money is in `currency`; times are days.
A sign is something that a serious buying project shows more (or less) often than a casual look: it is written as a pair
(chance when serious, chance when not). See docs/explain/simulated-market.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a category: its share among all, and its effect (log-odds)."""

    name: str
    share: float
    effect: float


@dataclass(frozen=True, slots=True)
class Source:
    """A channel: share of deals, effect at the middle of the period, change of the effect over the whole period
    (log-odds), and its push on the log-odds that the deal is serious."""

    name: str
    share: float
    effect: float
    shift: float
    serious: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a seller's note may say: wordings that mean the same, its chances as a sign, its own effect (log-odds)."""

    wordings: tuple[str, ...]
    sign: Pair
    effect: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """A market. Frozen, hashable, compared by value; change one with `dataclasses.replace`."""

    # -- name of the random stream: worlds of different streams share no draw, whatever the seed
    stream: str = "development"

    # -- size and time
    deals: int = 20_000
    accounts: int = 2_500
    sellers: int = 40
    first_day: date = date(2022, 1, 3)
    days: int = 1_096  # from the first day to the day of the export
    growth: float = 1.3  # deals opened per day at the end, as a multiple of the start

    # -- the whole
    base_log_odds: float = -2.318  # of an average deal; found by calibration for a base rate of .28
    effect_scale: float = 1.043  # multiplies every effect; found by calibration for an AUC of .75
    noise_sd: float = 0.5  # log-odds that nobody can see
    base_drift: float = -0.6  # change of the base log-odds over the whole period

    # -- accounts
    child_share: float = 0.25  # accounts that belong to a parent company
    employees_median: float = 260.0
    employees_sd: float = 1.3  # of the natural logarithm
    size_peak: float = 300.0  # employees at which winning is likeliest
    size_curve: float = -0.10  # effect per squared e-fold away from the peak
    account_sd: float = 0.25
    parent_sd: float = 0.15
    customer_share: float = 0.3
    industry_blank: float = 0.08  # accounts of no recorded industry: their industry effect and fit are zero
    industries: tuple[Level, ...] = (
        Level("Manufacturing", 0.24, 0.15),
        Level("Logistics", 0.15, 0.10),
        Level("Healthcare", 0.13, -0.10),
        Level("Financial Services", 0.12, -0.25),
        Level("Retail", 0.14, 0.00),
        Level("Utilities", 0.08, 0.20),
        Level("Public Sector", 0.14, -0.20),
    )
    regions: tuple[Level, ...] = (
        Level("North", 0.30, 0.10),
        Level("West", 0.28, 0.00),
        Level("Central", 0.25, 0.00),
        Level("South", 0.17, -0.15),
    )
    technologies: tuple[Level, ...] = (  # share of accounts that use it; an account may use several
        Level("LegacyTrack", 0.22, -0.45),
        Level("NimbusERP", 0.30, 0.30),
        Level("OpenPLC", 0.18, 0.10),
        Level("DataHarbor", 0.20, 0.00),
        Level("SignalDesk", 0.15, -0.10),
    )

    # -- buying groups
    group_smallest: int = 7  # people; `engaged_most` or more
    group_largest: int = 11
    roles: tuple[Level, ...] = (  # share of people in a group; effect when this person is the main contact
        Level("Economic buyer", 0.12, 0.25),
        Level("Champion", 0.14, 0.30),
        Level("User", 0.30, -0.10),
        Level("Technical evaluator", 0.22, 0.00),
        Level("Procurement", 0.14, -0.20),
        Level("Legal", 0.08, -0.15),
    )
    deciding_role: str = "Economic buyer"  # who counts for more in a big deal
    big_deal: float = 1.5  # from this multiple of the typical amount on a deal is big
    deciding_big: float = 0.45  # effect of the deciding role as contact of a big deal, on top

    # -- sellers
    skill_sd: float = 0.3
    optimism_mean: float = 0.5  # log-odds that an average seller adds to a forecast
    optimism_sd: float = 0.5
    optimism_by_size: float = 0.6  # log-odds that a forecast gains per standard deviation of log amount
    optimists_get_big: float = 0.5  # pull of optimistic sellers towards big deals (0: none)
    forecast_noise: float = 0.6
    forecast_insight: float = 0.6  # share of the deal's true log-odds that a seller sees

    # -- products
    products: tuple[tuple[str, float], ...] = (  # name and typical amount
        ("FlowSense", 18_000.0),
        ("FlowSense Pro", 42_000.0),
        ("LineGuard", 27_000.0),
        ("PlantView", 60_000.0),
        ("DockPilot", 12_000.0),
        ("Care Plan", 8_000.0),
    )
    product_sd: float = 0.2
    fit_sd: float = 0.45  # product x industry

    # -- the deal
    sources: tuple[Source, ...] = (
        Source("Website", 0.26, 0.00, 0.0, 0.0),
        Source("Referral", 0.12, 0.35, 0.0, 0.6),
        Source("Partner", 0.13, 0.20, 0.0, 0.3),
        Source("Webinar", 0.15, 0.15, -1.1, 0.0),
        Source("Trade show", 0.12, -0.10, 0.0, -0.3),
        Source("Outbound call", 0.14, -0.20, 0.0, -0.2),
        Source("List purchase", 0.08, -0.40, 0.0, -0.6),
    )
    expansion_share: float = 0.6  # of an existing customer's deals
    expansion: float = 0.4
    serious_log_odds: float = 0.2
    serious: float = 1.3  # effect of being serious, which no column states
    currency: str = "$"
    amount_sd: float = 0.7  # of the natural logarithm
    amount_by_size: float = 0.15  # elasticity of amount with employees
    amount_slope: float = -0.25  # effect per e-fold over the product's typical amount
    amount_blank: Pair = (0.03, 0.10)
    amount_round: Pair = (0.35, 0.65)  # a round amount is a guess
    budget_stated: Pair = (0.60, 0.30)
    budget_slope: float = 0.5  # effect per e-fold of budget over amount, both stated, cut at one e-fold
    needed_by_stated: Pair = (0.60, 0.40)
    needed_by_slope: float = -0.2  # effect per 90 days beyond 120
    free_mail: Pair = (0.05, 0.14)
    engaged_most: int = 7
    engaged_chance: Pair = (0.30, 0.20)  # of each further person of the buying group
    engaged_threshold: int = 3
    engaged: float = 0.5  # effect of that many people or more
    content: tuple[Level, ...] = (
        Level("Brochure", 0.40, 0.00),
        Level("Case study", 0.28, 0.10),
        Level("Pricing sheet", 0.25, 0.20),
        Level("ROI calculator", 0.12, 0.30),
    )
    cycle_median: float = 95.0  # days from opening to close of a deal of typical amount
    cycle_sd: float = 0.6  # of the natural logarithm
    cycle_by_amount: float = 0.2  # elasticity
    lost_cycle: float = 1.15  # a lost deal lingers by this factor

    # -- mail before opening
    mails: float = 4.0  # mean mails sent per deal
    mail_days: int = 60
    reply_chance: Pair = (0.14, 0.08)  # per mail
    reply: float = 0.3  # effect per unit of ln(1 + replies)
    open_rate: Pair = (0.60, 0.45)  # human opens per mail
    click_share: Pair = (0.18, 0.12)  # of human opens
    scanner_share: float = 0.40  # of all opens
    scanner_click: float = 0.25  # of scanner opens
    scanner_median: float = 0.30  # chance that an account of median size scans its mail
    scanner_by_size: float = 0.7  # log-odds per e-fold of employees

    # -- the seller's note
    note_blank: Pair = (0.12, 0.24)
    phrases: tuple[Phrase, ...] = (
        Phrase(("asked for a security review", "wants our security questionnaire"), (0.14, 0.05), 0.20),
        Phrase(("has a project team in place", "project lead is named"), (0.20, 0.08), 0.0),
        Phrase(("just gathering information", "early look, no project yet"), (0.07, 0.20), 0.0),
        Phrase(("contract with current vendor ends soon", "renewal of incumbent is due"), (0.12, 0.08), 0.30),
        Phrase(("comparing three vendors", "running a formal tender"), (0.16, 0.14), -0.35),
        Phrase(("happy with the current tool", "no pain mentioned"), (0.06, 0.12), -0.30),
        Phrase(("prefers mornings", "call back next week"), (0.20, 0.20), 0.0),
        Phrase(("met at the regional fair", "introduced by a colleague"), (0.15, 0.15), 0.0),
    )
