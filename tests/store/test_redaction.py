"""Who is meant by what somebody types, and where in a text a person is named."""

from __future__ import annotations

import pytest

from leadline.core.errors import CallError
from leadline.store import naming
from leadline.store.models import Account, ExternalKey, Person
from leadline.store.redaction import Traces


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("jo.anna@x.example", "jo.anna@x.example"),
        ("anna@x.example.org", "anna@x.example.org"),
        ("mailto:ANNA@x.example?subject=a", "mailto:[erased]?subject=a"),
        ("to=anna%40x.example&b", "to=[erased]&b"),
        ("list%3Danna%40x.example", "list%3D[erased]"),
        ('{"a":"x\\nanna@x.example"}', '{"a":"x\\n[erased]"}'),
        ("Anna Bergerson met Anna Berger.", "Anna Bergerson met [erased]."),
        ('{"to":{"e":"anna@x.example","n":"A."},"k":1}', '{"to":{},"k":1}'),
        ('["anna@x.example",{"signal":7,"q":"z"},{"signal":8}]', '["[erased]",{},{"signal":8}]'),
        ("{not json anna@x.example", "{not json [erased]"),
        ("ÄNNE MÜLLER, änne müller", "[erased], [erased]"),
    ],
)
def test_words_are_found_where_they_begin_and_end(text: str, kept: str) -> None:
    traces = Traces(("anna@x.example", "Anna Berger", "Änne Müller"), frozenset({7}))
    assert traces.out_of(text) == kept


def test_who_is_meant(store: str) -> None:
    home = Account.objects.create(name="Pumps")
    anna = Person.objects.create(given_name="Anna", family_name="Berger", email="anna@x.example", account=home)
    other = Person.objects.create(name="anna berger", email="a.berger@y.example")
    ExternalKey.objects.create(kind="person", space="hubspot", key="h-1", object_id=anna.pk)
    ExternalKey.objects.create(kind="person", space="salesforce", key="h-1", object_id=other.pk)
    for text in (str(anna.pk), "ANNA@x.example", "hubspot:h-1"):
        assert naming.find(text) == anna.pk
    with pytest.raises(CallError, match=f"'h-1' may be 2 people; say which by number: {anna.pk} "):
        naming.find("h-1")
    with pytest.raises(CallError) as told:
        naming.find("Anna Berger")
    assert str(told.value) == (
        f"'Anna Berger' may be 2 people; say which by number: {anna.pk} (Anna Berger anna@x.example, Pumps), "
        f"{other.pk} (anna berger a.berger@y.example)"
    )
    with pytest.raises(CallError, match="There is no person 'nobody'; give its number"):
        naming.find("nobody")
