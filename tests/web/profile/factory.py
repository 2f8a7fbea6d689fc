"""Profiles made by hand: full, nearly empty, of a person, and as long and hostile as data may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadline.core.clock import micros
from leadline.core.profile import Acted, Evidence, Gap, Member, Profile, ProfileField, Stated, Thing, Week

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def at(days: float) -> int:
    return micros(NOW - timedelta(days=days))


def row(name: str, number: int, days: float = 90) -> Evidence:
    return Evidence("row", 3, f"{name}, row {number}", at(days), number)


def field(name: str, value: object, source: str = "hubspot", days: float = 90, **more: object) -> ProfileField:
    return ProfileField(name, value, source, at(days), (row(f"{source}-export.csv", 12, days),), **more)  # type: ignore[arg-type]


def read(name: str, value: str, quote: str, days: float, many: int = 0) -> ProfileField:
    found = (Evidence("fact", 88, "mail received", at(days), quote=quote, span=(0, len(quote)), signal=41),)
    return ProfileField(name, value, "intents 1", at(days), found, more=many)


def acts() -> tuple[Acted, ...]:
    told = [
        (2, "mail received", "buyer", "Mara Lind", "If the sync drops at sea, who is liable?", True),
        (4, "file downloaded", "buyer", "Ole Berg", "Security annex", True),
        (4.1, "mail link clicked", "buyer", "Ole Berg", "Security annex", False),
        (9, "mail sent", "seller", "Mara Lind", "The annex you asked for", True),
        (13, "mail received", "buyer", "Mara Lind", "Could you name a reference with ships?", True),
        (51, "call held", "seller", "Jon Dahl", "Two systems again is what we want to avoid.", True),
    ]
    return tuple(
        Acted(
            100 + place,
            at(days),
            act,
            actor,
            "imap:ann",
            counts,
            7,
            name,
            consent="contract",
            words=words,
            text=f"{words}\n\nBest regards\n{name}",
            batch=3,
            row=place + 1,
        )
        for place, (days, act, actor, name, words, counts) in enumerate(told)
    )


def weeks() -> tuple[Week, ...]:
    counts = [0, 0, 1, 0, 2, 0, 0, 3, 1, 0, 0, 0, 2, 4, 1, 0, 0, 2, 0, 5, 3, 0, 1, 0, 6, 2]
    return tuple(
        Week(at(7 * (26 - place)), many, (place * 7) % 3, tuple(range(many + (place * 7) % 3)))
        for place, many in enumerate(counts)
    )


def full() -> Profile:
    employees = field(
        "employees",
        240,
        "register",
        30,
        others=(Stated(90, "hubspot", at(200), (row("hubspot-export.csv", 12, 200),), "another source"),),
    )
    deal = Thing(
        "deal",
        9,
        "Fleet rollout 2027",
        (
            field("state", "open"),
            field("stage", "Validation"),
            field("amount", 184000),
            field("currency", "EUR"),
            field("opened", "2026-08-12T00:00:00+00:00"),
        ),
        (field("stage", "Validation", days=20, others=(Stated("Discovery", "", None, (), "earlier"),)),),
    )
    role = ProfileField(
        "role",
        "champion in Fleet rollout 2027, confirmed",
        "notes",
        at(40),
        (Evidence("role", 5, "champion in Fleet rollout 2027", at(40), quote="She will carry it"),),
    )
    seen = ProfileField("last act", "mail received", "imap:ann", at(2), (Evidence("signal", 100, "mail", at(2)),))
    return Profile(
        "account",
        12,
        "Halden Marine",
        micros(NOW),
        fields=(
            field("name", "Halden Marine"),
            field("domain", "halden-marine.example"),
            field("industry", "marine electronics"),
            employees,
            field("city", "Bergen"),
            field("country", "Norway"),
            field("Tier (Leadsource)", "A"),
        ),
        understood=(
            read("theme", "security", "Security annex opened by three", 4, 5),
            read("theme", "integration", "Two systems again", 51),
            read("intent", "objection", "If the sync drops at sea, who is liable?", 2),
            read("intent", "question", "Could you name a reference?", 13),
            read("entity: organisation", "Orion", "we compared you with Orion", 4, 2),
            read("language", "en", "", 2, 9),
        ),
        numbers=(
            ProfileField(
                "last act of theirs",
                "mail received",
                "imap:ann",
                at(2),
                (Evidence("signal", 100, "mail received, Mara Lind", at(2)),),
            ),
            ProfileField(
                "acts of theirs in 90 days",
                33,
                "imap:ann, web",
                at(2),
                (Evidence("signal", 100, "mail received", at(2)),),
                more=32,
            ),
            ProfileField(
                "people active in 90 days",
                3,
                "imap:ann",
                at(2),
                (Evidence("signal", 100, "mail received", at(2)),),
                more=2,
            ),
            ProfileField("meetings and calls held", 0, "no act", None, ()),
        ),
        people=(
            Member(7, "Mara Lind", "Head of operations", (role,), 12, seen),
            Member(8, "Ole Berg", "IT security lead", (), 8, seen),
            Member(9, "Kari Voss", "Managing director"),
        ),
        deals=(deal,),
        orders=(
            Thing(
                "order",
                4,
                "O-771",
                (field("number", "O-771"), field("ordered", "2025-02-01"), field("line 1", "2 × Sonar at 900")),
            ),
        ),
        related=(Thing("parent", 2, "Halden Group", (field("parent", "Halden Group"),)),),
        weeks=weeks(),
        story=acts(),
        acts=6,
        gaps=(
            Gap(
                "“If the sync drops at sea, who is liable?” is not answered",
                "objection, mail received, 20 Nov 2026",
                "answer Mara Lind",
            ),
            Gap(
                "no economic buyer is known",
                "who frees the money has not been seen in the open deals",
                "ask Mara Lind, the champion",
            ),
        ),
    )


def person() -> Profile:
    made = full()
    ground = ProfileField(
        "ground: contract",
        "6 acts from imap:ann",
        "imap:ann",
        at(2),
        (Evidence("signal", 100, "mail received", at(2)),),
        more=5,
    )
    fields = (
        field("name", "Mara Lind"),
        field("mail address", "mara@halden-marine.example"),
        field("job title", "Head of operations"),
        field("account", "Halden Marine"),
    )
    return Profile(
        "person",
        7,
        "Mara Lind",
        made.made_at,
        fields,
        made.understood,
        made.numbers,
        (ground,),
        deals=made.deals,
        weeks=made.weeks,
        story=made.story,
        acts=6,
    )


def bare() -> Profile:
    return Profile(
        "account",
        1,
        "Nobody knows",
        micros(NOW),
        gaps=(Gap("industry is not known", "it decides what fits", "ask whoever met them last"),),
    )


def hostile() -> Profile:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    story = tuple(
        Acted(n, at(n), HOSTILE, "buyer", HOSTILE, True, 1, long, words=long + HOSTILE, text=HOSTILE * 9)
        for n in range(60)
    )
    fields = tuple(field(f"{HOSTILE} {n}", long + HOSTILE, HOSTILE) for n in range(60))
    people = tuple(Member(n, long, HOSTILE) for n in range(40))
    deals = tuple(
        Thing("deal", n, long, (field("amount", 1e15), field("state", "lost"), *fields[:3])) for n in range(30)
    )
    understood = tuple(read("theme", f"{long} {n}", HOSTILE * 5, n) for n in range(30))
    return Profile(
        "account",
        3,
        long,
        micros(NOW),
        fields,
        understood,
        (),
        (),
        people,
        deals,
        weeks=weeks(),
        story=story,
        acts=99_999,
        gaps=tuple(Gap(long, HOSTILE, long) for _ in range(30)),
        notes=(HOSTILE,),
    )


CASES: dict[str, Callable[[], Profile]] = {"full": full, "person": person, "bare": bare, "hostile": hostile}
