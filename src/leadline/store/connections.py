"""Connections to outside systems: their settings and cursors here, their secrets in a file that only we can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from leadline.core.errors import CallError, DataError
from leadline.core.settings import home
from leadline.store import audit
from leadline.store.models import Connection, Consent


def make(
    name: str, connector: str, settings: Mapping[str, str], secrets: Mapping[str, str], owner: str = ""
) -> Connection:
    """Sets a connection up, or sets it up anew with its cursor kept. Call it inside a transaction."""
    made, _ = Connection.objects.update_or_create(
        name=name,
        defaults={"connector": connector, "settings": dict(settings), "owner": owner.lower(), "enabled": True},
    )
    _keep_secrets(name, secrets)
    audit.record("connect", kind="connection", subject=made.pk, payload={"name": name, "connector": connector})
    return made


def state(name: str) -> Connection:
    """The connection called so. Raises CallError where there is none."""
    found = Connection.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(f"'{one}'" for one in Connection.objects.order_by("name").values_list("name", flat=True))
        mend = f"there are {names}" if names else "make one: leadline connect"
        raise CallError(f"There is no connection '{name}'; {mend}")
    return found


def every() -> list[Connection]:
    """All connections, by name."""
    return list(Connection.objects.order_by("name"))


def advance(name: str, cursor: str) -> None:
    """Keeps where reading stands; in the transaction of the page that was read."""
    Connection.objects.filter(name=name).update(cursor=cursor)


def read(name: str, now: datetime) -> None:
    """Notes that it was read to its end."""
    Connection.objects.filter(name=name).update(read_at=now, error="")


def failed(name: str, why: str) -> None:
    """Notes why it could not be read."""
    Connection.objects.filter(name=name).update(error=why[:500])


def settings_of(one: Connection) -> dict[str, str]:
    """Settings and secrets together, for the connector."""
    return {**one.settings, **_secrets().get(one.name, {})}


def consent(name: str, scope: Mapping[str, Any], words: str, now: datetime) -> Consent:
    """The owner's consent to read what `scope` names (folders, domains, labels …). Inside a transaction.

    A scope that differs is read from the start: what came before is known by its keys, and what is new in it is not.
    """
    one = state(name)
    if scope_of(one) != dict(scope):
        Connection.objects.filter(pk=one.pk).update(cursor="", enabled=True)
    Consent.objects.filter(connection=one, revoked_at__isnull=True).update(revoked_at=now)
    made = Consent.objects.create(
        purpose="connection", subject=one.owner, connection=one, scope=dict(scope), words=words, given_at=now
    )
    audit.record("consent given", kind="connection", subject=one.pk, payload={"scope": dict(scope)})
    return made


def scope_of(one: Connection) -> dict[str, Any]:
    """What the owner consents to now; empty where it has not consented or has taken it back."""
    given = Consent.objects.filter(Q(connection=one), revoked_at__isnull=True).order_by("-given_at").first()
    return dict(given.scope) if given else {}


def revoke(name: str, now: datetime) -> int:
    """Takes the consent back: nothing more is read, and the cursor is forgotten. Gives how many consents ended.

    What was read is removed by `withdrawal.withdraw`. Call both inside one transaction.
    """
    one = state(name)
    ended = Consent.objects.filter(connection=one, revoked_at__isnull=True).update(revoked_at=now)
    Connection.objects.filter(pk=one.pk).update(enabled=False, cursor="")
    _keep_secrets(name, {})
    audit.record("consent revoked", kind="connection", subject=one.pk, payload={"name": name})
    return ended


def secrets(name: str) -> dict[str, str]:
    """The secrets that are kept under a name; {} where there are none."""
    return _secrets().get(name, {})


def keep_secrets(name: str, given: Mapping[str, str]) -> None:
    """Keeps secrets under a name in place of those that were; none, and the name is forgotten."""
    _keep_secrets(name, given)


def _secrets() -> dict[str, dict[str, str]]:
    path = home() / "secrets.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise DataError(f"{path} is not JSON any more; restore it or set the connections up anew") from error
    return {str(name): dict(values) for name, values in found.items()}


def _keep_secrets(name: str, secrets: Mapping[str, str]) -> None:
    path = home() / "secrets.json"
    kept = _secrets()
    kept.pop(name, None)
    if secrets:
        kept[name] = dict(secrets)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"secrets.{os.getpid()}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    fresh.replace(path)
