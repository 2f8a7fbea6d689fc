"""What outside systems send of themselves: a signed message becomes a signal, once, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.core import ports
from leadline.core.clock import Clock
from leadline.core.errors import CallError
from leadline.core.plugins import find
from leadline.core.signal import Appended
from leadline.loop import intake
from leadline.store import connections
from leadline.store.transactions import together


def receive(name: str, headers: Mapping[str, str], body: bytes, egress: ports.Egress, clock: Clock) -> Appended:
    """Takes one message for the connection `name`; when this returns, it is on disk.

    Raises UnsignedWebhook where the message is not the sender's, DataError where it cannot be read, CallError for a
    connection that is not there, is off, or takes no messages, and StoreUnavailable where nothing was written.
    """
    state = connections.state(name)
    connector = find("connectors", state.connector)
    if not state.enabled or not callable(getattr(connector, "receive", None)):
        raise CallError(f"The connection '{name[:60]}' takes no messages")
    settings, scope = connections.settings_of(state), connections.scope_of(state)
    connection = ports.Connection(name, settings, egress, clock, state.owner, scope)
    page: ports.Page = connector.receive(connection, headers, body)
    with together():
        done = intake.write(page.signals, clock)
    return Appended(done.added, done.known, done.withheld)
