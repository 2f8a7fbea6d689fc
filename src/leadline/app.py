"""`Leadline` opens a workspace and gives its parts by name. Composition only: what each part does is in its package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leadline.core.clock import Clock, SystemClock
from leadline.core.progress import Progress, quiet

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from leadline.core.origin import AgentFacts
    from leadline.core.retrieval import Hit
    from leadline.loop.connections import Listed, Reading
    from leadline.loop.identity import Deduplicated, Pairing
    from leadline.loop.indexing import Indexed
    from leadline.loop.intake import Unpacked
    from leadline.loop.models import Models
    from leadline.loop.profiles import Profiles
    from leadline.loop.reading import Read
    from leadline.loop.second_look import Looked
    from leadline.loop.webhooks import Sent
    from leadline.store.journal import Writer
    from leadline.store.webhooks import EndpointState
    from leadline.understand.embedding import Size
    from leadline.warehouse.features import Subject
    from leadline.warehouse.lake import Exported


class Collect:
    """What the collect API needs: who may send, where bodies go, and what a request tells."""

    def write_keys(self) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        """Active write keys: the source that each one names and the origins that it is taken from (none: any)."""
        from leadline.store import write_keys

        return write_keys.active()

    def writer(self) -> Writer:
        """The journal's writer for the database at hand; one for a process."""
        from leadline.store.journal import writer

        return writer()

    def network_of(self, address: str) -> str:
        """The network's label; the address is not kept."""
        from leadline.learn.human import network_of

        return network_of(address)

    def agent_of(self, user_agent: str) -> AgentFacts:
        """What the user agent says of itself."""
        from leadline.learn.human import agent_of

        return agent_of(user_agent)

    def unpack(self) -> Unpacked:
        """Moves some bodies from the journal to the ledger: few while events come in, many while none do."""
        from leadline.loop import intake

        return intake.unpack_some()

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Takes a signed message for a connection; when it returns, it is on disk."""
        from leadline.core.clock import SystemClock
        from leadline.loop import reception
        from leadline.warehouse.egress import Client

        reception.receive(name, headers, body, Client(), SystemClock())


class Webhooks:
    """Addresses that are told of what buyers do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def add(self, url: str, kinds: Sequence[str] = ()) -> tuple[int, str]:
        """A new one; gives its number and the secret to verify with."""
        from leadline.loop import webhooks

        return webhooks.add_endpoint(url, kinds)

    def remove(self, endpoint: int) -> None:
        """Tells one no more. Raises CallError where there is none that is told."""
        from leadline.core.errors import CallError
        from leadline.store import webhooks
        from leadline.store.transactions import together

        with together():
            if not webhooks.remove(endpoint):
                raise CallError(f"No address {endpoint} is told")

    def listed(self) -> Sequence[EndpointState]:
        """All of them."""
        from leadline.store import webhooks

        return webhooks.states()

    def send(self) -> Sent:
        """Sends what is due."""
        from leadline.loop import webhooks
        from leadline.warehouse.egress import Client

        return webhooks.send(Client(limit=30), self._clock)


class Connections:
    """Outside systems that are read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def set_up(self, name: str, connector: str, settings: Mapping[str, str], owner: str = "") -> None:
        """Sets one up, or anew."""
        from leadline.loop import connections

        connections.set_up(name, connector, settings, owner)

    def consent(self, name: str, scope: Mapping[str, Any], words: str) -> None:
        """Records what its owner agrees to have read."""
        from leadline.loop import connections

        connections.consent(name, scope, words, self._clock)

    def revoke(self, name: str) -> int:
        """Ends the consent and removes what was read; gives how many signals were emptied."""
        from leadline.loop import connections

        return connections.revoke(name, self._clock)

    def listed(self) -> Sequence[Listed]:
        """All of them, by name."""
        from leadline.loop import connections

        return connections.listed()

    def read(self, name: str) -> Reading:
        """Reads one from where it stands."""
        from leadline.loop import connections
        from leadline.warehouse.egress import Client

        return connections.read(name, self._clock, Client())


class Identity:
    """People and accounts that are one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def find(self, kind: str, *, progress: Progress = quiet) -> Deduplicated:
        """Duplicates of a kind ('person', 'account'); nothing is written."""
        from leadline.loop import identity

        return identity.find(kind, progress=progress)

    def join(self, kind: str, found: Deduplicated) -> Deduplicated:
        """Joins what is certain and queues the rest."""
        from leadline.loop import identity

        return identity.join(kind, found, self._clock)

    def shown(self, kind: str, found: Deduplicated, most: int) -> Sequence[Pairing]:
        """Some of the pairs, in words."""
        from leadline.loop import identity

        return identity.shown(kind, found, most)

    def queue(self) -> Sequence[Pairing]:
        """Pairs that wait for a person, in words."""
        from leadline.loop import identity

        return identity.queue()

    def judge(self, number: int, same: bool, by: str = "") -> None:
        """A person's judgement of a pair; `by` is a user's mail address."""
        from leadline.loop import identity

        identity.judge(number, same, by)

    def undo(self, merge: int, by: str = "") -> None:
        """Takes one merge back."""
        from leadline.loop import identity

        identity.undo(merge, by)

    def part(self, run: int) -> int:
        """Takes every standing merge of a run back; gives how many."""
        from leadline.loop import identity

        return identity.part(run)


class Passages:
    """What was said and written, found by words and by meaning."""

    def refresh(self, *, progress: Progress = quiet) -> Indexed:
        """Brings the index of the record up to date."""
        from leadline.loop import indexing

        return indexing.refresh(progress=progress)

    def search(self, query: str, k: int = 10, **filters: Any) -> Sequence[Hit]:
        """The best passages for a query; the filters are those of `loop.indexing.search`."""
        from leadline.loop import indexing

        return indexing.search(query, k, **filters)


class Lake:
    """The record as Parquet, and what is counted from it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def export(self, folder: Path | None = None, *, fresh: bool = False, progress: Progress = quiet) -> Exported:
        """Brings a lake up to the record: that of Leadline's own folder unless another is named."""
        from leadline.core.settings import lake
        from leadline.store import address
        from leadline.warehouse.lake import export

        return export(address.url(), folder or lake(), fresh=fresh, progress=progress)

    def features(
        self, subject: Subject, cutoffs: pa.Table | None = None, *, progress: Progress = quiet, **options: Any
    ) -> pa.Table:
        """Features of the record as it is now: of every subject at this moment, or of `cutoffs`. The options are those
        of `warehouse.features.features`."""
        from leadline.core.clock import micros
        from leadline.warehouse.features import features, subjects_at

        folder = self.export(progress=progress).folder
        pairs = subjects_at(folder, subject, micros(self._clock.now())) if cutoffs is None else cutoffs
        return features(folder, subject, pairs, progress=progress, **options)


class Understanding:
    """What is understood of the words of signals."""

    def __init__(self) -> None:
        self._after: dict[str, int] = {}

    def read_new(self, *, limit: int = 2_000, size: Size = "bulk", apart: bool = False) -> Read:
        """Reads signals that were not read; with `apart` in a child process that ends after it."""
        from leadline.loop import reading

        read = reading.read_new(limit=limit, size=size, after=self._after.get(size), apart=apart)
        self._after[size] = read.last
        return read

    def refresh(self) -> Read:
        """Reads what is new beside a server."""
        return self.read_new(apart=True)


class Leadline:
    """A workspace: one record, one clock, and what works on them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()

    @classmethod
    def open(cls, *, clock: Clock | None = None, migrate: bool = True) -> Leadline:
        """Opens the record that LEADLINE_DATABASE names and brings its schema up to date unless told otherwise.

        Raises StoreUnavailable where it cannot be reached, CallError for an address that is none.
        """
        from leadline.store import opening

        if migrate:
            opening.migrate()
        else:
            opening.open_store()
        return cls(clock)

    @cached_property
    def collect(self) -> Collect:
        """What the collect API needs."""
        return Collect()

    @cached_property
    def webhooks(self) -> Webhooks:
        """Addresses that are told of what buyers do."""
        return Webhooks(self.clock)

    def look_again(self, days: float = 2.0) -> Looked:
        """Judges the acts of the last days again, by what came before and after each."""
        from leadline.loop import second_look

        return second_look.look_again(self.clock, days=days)

    @cached_property
    def identity(self) -> Identity:
        """People and accounts that are one."""
        return Identity(self.clock)

    @cached_property
    def connections(self) -> Connections:
        """Outside systems that are read."""
        return Connections(self.clock)

    @cached_property
    def reading(self) -> Understanding:
        """What is understood of the words of signals."""
        return Understanding()

    @cached_property
    def profiles(self) -> Profiles:
        """What is known of accounts and people."""
        from leadline.loop.profiles import Profiles

        return Profiles(self.clock)

    def account_table(self, *, before_first_deal: bool = False, progress: Progress = quiet) -> pa.Table:
        """The accounts of the record, as `learn.account_table.accounts` gives them."""
        from leadline.core.clock import micros
        from leadline.learn.account_table import accounts
        from leadline.store import address

        folder = self.lake.export(progress=progress).folder
        now = micros(self.clock.now())
        return accounts(address.url(), folder, now, before_first_deal=before_first_deal, progress=progress)

    @cached_property
    def passages(self) -> Passages:
        """What was said and written, to be searched."""
        return Passages()

    @cached_property
    def lake(self) -> Lake:
        """The record as Parquet, and what is counted from it."""
        return Lake(self.clock)

    @cached_property
    def models(self) -> Models:
        """Models that are learned from the record."""
        from leadline.loop.models import Models

        return Models(self.clock)
