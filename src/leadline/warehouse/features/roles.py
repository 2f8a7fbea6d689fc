"""Roles in buying groups: which are present, confirmed by a person or only proposed. None is guessed here."""

from __future__ import annotations

from typing import Any

import ibis

from leadline.core.market import BuyingRole
from leadline.warehouse.features.step import KEYS, Scope, Step, counted

ROLES = {
    "champions": BuyingRole.CHAMPION,
    "economic_buyers": BuyingRole.ECONOMIC_BUYER,
    "decision_makers": BuyingRole.DECISION_MAKER,
    "influencers": BuyingRole.INFLUENCER,
    "technical_evaluators": BuyingRole.TECHNICAL,
    "procurement_people": BuyingRole.PROCUREMENT,
    "legal_people": BuyingRole.LEGAL,
    "users": BuyingRole.USER,
    "blockers": BuyingRole.BLOCKER,
}


def _count(scope: Scope) -> ibis.Table:
    roles = scope.tables["roles"]
    if scope.subject == "account":
        deals = scope.tables["deals"]
        of_deals = deals.filter(deals.account_id.notnull()).select(the_deal=deals.id, subject_id=deals.account_id)
        roles = roles.inner_join(of_deals, roles.deal_id == of_deals.the_deal)
    else:
        roles = roles.mutate(subject_id=roles[f"{scope.subject}_id"])
    roles = roles.mutate(recorded_at=roles["at"])
    rows = scope.known(roles, ["person_id", "role", "confirmed_at"])
    confirmed = rows.confirmed_at.notnull() & (rows.confirmed_at <= rows.cutoff)
    wanted: dict[str, Any] = {
        name: rows.count(where=confirmed & (rows.role == role.value)) for name, role in ROLES.items()
    }
    people = rows.group_by([*KEYS, "person_id"]).aggregate(
        sure=rows.count(where=confirmed), unsure=rows.count(where=~confirmed), **wanted
    )
    return people.group_by(KEYS).aggregate(
        roles_confirmed=people.sure.sum(),
        roles_proposed=people.unsure.sum(),
        role_people=people.count(),
        **{name: people[name].sum() for name in ROLES},
    )


ROLES_STEP = Step(
    "roles",
    (
        counted("roles_confirmed", "roles in buying groups that a person of ours had confirmed", "roles"),
        counted("roles_proposed", "roles in buying groups that were proposed and not yet confirmed", "roles"),
        counted("role_people", "different people with a role, confirmed or proposed", "people"),
        *(counted(name, f"confirmed roles: {role.value}", "roles") for name, role in ROLES.items()),
    ),
    ("roles", "deals"),
    _count,
)
