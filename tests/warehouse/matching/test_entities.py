"""People and accounts of the record: equal addresses are one, shared ones are not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leadline.core.errors import ColumnNotFound
from leadline.core.mail_domains import FREE, domain_of, is_free, is_shared, local_of
from leadline.testing.world import doubles
from leadline.warehouse.matching import Matched, find_duplicate_accounts, find_duplicates


def people(*rows: dict[str, str]) -> pa.Table:
    """These people, and 400 others beside them."""
    others = doubles.people(21, 400).drop_columns(["person", "street"])
    mine = {name: [row.get(name) for row in rows] for name in others.column_names}
    return pa.concat_tables([pa.table(mine, schema=others.schema), others])


def bands(found: Matched, last: int) -> dict[tuple[int, int], str]:
    """The band of each pair among the first rows."""
    return {(p["left"], p["right"]): p["band"] for p in found.pairs.to_pylist() if p["right"] < last}


def test_the_same_address_is_the_same_person() -> None:
    a = {"id": "a", "given_name": "Ulrike", "family_name": "Zander", "email": "ulrike@quarz.example"}
    b = {"id": "b", "given_name": "U.", "family_name": "Zander-Holm", "email": "Ulrike+events@quarz.example"}
    assert bands(find_duplicates(people(a, b)), 2) == {(0, 1): "join"}


def test_the_same_address_with_other_names_is_for_a_person() -> None:
    a = {"id": "a", "given_name": "Ulrike", "family_name": "Zander", "email": "lager7@quarz.example"}
    b = {"id": "b", "given_name": "Bogdan", "family_name": "Petrovic", "email": "lager7@quarz.example"}
    assert bands(find_duplicates(people(a, b)), 2) == {(0, 1): "review"}


def test_a_shared_mailbox_is_nobodys() -> None:
    a = {"id": "a", "given_name": "Ulrike", "family_name": "Zander", "email": "info@quarz.example"}
    b = {"id": "b", "given_name": "Bogdan", "family_name": "Petrovic", "email": "info@quarz.example"}
    assert bands(find_duplicates(people(a, b)), 2) == {}


def test_an_address_under_many_names_is_shared() -> None:
    rows = [
        {"id": str(i), "given_name": given, "family_name": family, "email": "team-nord@quarz.example"}
        for i, (given, family) in enumerate(
            (("Ulrike", "Zander"), ("Bogdan", "Petrovic"), ("Chloe", "Ward"), ("Ivo", "Lund"))
        )
    ]
    assert bands(find_duplicates(people(*rows)), 4) == {}


def accounts(*rows: tuple[str, str, str]) -> pa.Table:
    others = [
        (f"{w} Works", f"{w}.example", f"town {i % 20}")
        for i, w in enumerate(doubles.people(8, 300)["family_name"].to_pylist())
        if w
    ]
    name, domain, city = zip(*rows, *others, strict=True)
    return pa.table({"id": [str(i) for i in range(len(name))], "name": name, "domain": domain, "city": city})


def test_the_same_domain_is_the_same_account() -> None:
    table = accounts(("Quarz Optics GmbH", "quarz.example", "Jena"), ("Quarz Optik", "www.quarz.example", "Weimar"))
    assert bands(find_duplicate_accounts(table), 2) == {(0, 1): "join"}


def test_free_mail_is_nobodys_domain() -> None:
    table = accounts(("Blumen Ahrens", "gmail.com", "Jena"), ("Velo Krause", "gmail.com", "Weimar"))
    assert bands(find_duplicate_accounts(table), 2) == {}


def test_simulated_people_by_the_records_columns() -> None:
    table = doubles.people(31, 3_000)
    person = table["person"].to_pylist()
    found = find_duplicates(table.drop_columns(["person", "street"]))
    sure = [p for p in found.pairs.to_pylist() if p["band"] == "join"]
    assert sum(person[p["left"]] == person[p["right"]] for p in sure) / len(sure) > 0.99
    assert found.summary.duplicates > 0.85 * (3_000 - len(set(person)))


def test_the_id_must_be_there() -> None:
    with pytest.raises(ColumnNotFound):
        find_duplicates(pa.table({"given_name": ["Anna"]}))


def test_addresses_are_read_as_they_come() -> None:
    assert domain_of(" Anna.Berg@Alpen.Example ") == "alpen.example"
    assert domain_of("no address") == ""
    assert domain_of("@alpen.example") == ""
    assert local_of("anna+crm@alpen.example") == "anna"
    assert is_shared("Info2@alpen.example")
    assert not is_shared("anna@alpen.example")
    assert is_free("GMail.com")
    assert not is_free("alpen.example")
    assert all(domain == domain.lower() and "." in domain for domain in FREE)
