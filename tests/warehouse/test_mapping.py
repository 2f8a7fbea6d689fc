from __future__ import annotations

import pytest

from leadline.core.errors import CallError
from leadline.warehouse.mapping.catalogue import KINDS, fields, shapes, words_of
from leadline.warehouse.mapping.proposal import propose

MAILS = ["anna@acme.de", "bob@beta.com"]
# Headers as the vendors' exports have them, with the fields that matter most.
EXPORTS = {
    "HubSpot contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,"
        "Associated Company,Associated Company IDs",
        {
            "Record ID": "id",
            "Associated Company": "account.name",
            "Associated Company IDs": "account.id",
            "Contact owner": "owner.name",
        },
    ),
    "HubSpot companies": (
        "Record ID,Company name,Company owner,Create Date,Phone Number,City,Country/Region,"
        "Industry,Company Domain Name,Number of Employees",
        {"Company name": "name", "Company Domain Name": "domain"},
    ),
    "HubSpot deals": (
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Associated Company,"
        "Associated Contact IDs,Is Closed Won",
        {"Deal Stage": "stage", "Is Closed Won": "won", "Associated Contact IDs": "person.id"},
    ),
    "HubSpot activities": (
        "Record ID,Activity date,Call Title,Call Direction,Call notes,Associated Contact IDs",
        {"Activity date": "at", "Call Direction": "direction"},
    ),
    "Salesforce contacts": (
        "Id,AccountId,LastName,FirstName,MailingCity,MailingCountry,Phone,Email,Title,OwnerId,"
        "CreatedDate,LastModifiedDate",
        {"AccountId": "account.id", "OwnerId": "owner.id", "LastModifiedDate": "modified"},
    ),
    "Salesforce accounts": (
        "Id,Name,ParentId,BillingStreet,BillingCity,BillingCountry,Website,Industry,AnnualRevenue,NumberOfEmployees",
        {"ParentId": "parent.id", "AnnualRevenue": "revenue"},
    ),
    "Salesforce opportunities": (
        "Id,AccountId,Name,StageName,Amount,Probability,CloseDate,IsClosed,IsWon,OwnerId,CreatedDate",
        {"StageName": "stage", "IsWon": "won", "CloseDate": "closed_at"},
    ),
    "Salesforce opportunities (report)": (
        "Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date,Created Date,Probability (%)",
        {"Opportunity Owner": "owner.name", "Probability (%)": "probability"},
    ),
    "Salesforce tasks": (
        "Id,WhoId,WhatId,Subject,ActivityDate,Status,TaskSubtype,OwnerId",
        {"WhoId": "person.id", "WhatId": "deal.id"},
    ),
    "Salesforce products": ("Id,Name,ProductCode,Description,IsActive,Family", {"ProductCode": "code"}),
    "Salesforce orders": ("Id,AccountId,EffectiveDate,Status,OrderNumber,TotalAmount", {"OrderNumber": "number"}),
    "Pipedrive people": (
        "Person - ID,Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - Owner",
        {"Person - Email - Work": "email", "Person - Organization": "account.name"},
    ),
    "Pipedrive organizations": (
        "Organization - ID,Organization - Name,Organization - Address,Organization - Owner",
        {"Organization - Name": "name"},
    ),
    "Pipedrive deals": (
        "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Status,Deal - Stage,"
        "Deal - Organization,Deal - Won time,Deal - Lost time",
        {"Deal - Status": "state", "Deal - Won time": "closed_at", "Deal - Lost time": "closed_at"},
    ),
    "Pipedrive activities": (
        "Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Done,Activity - Deal",
        {"Activity - Done": "status"},
    ),
    "Dynamics 365 contacts": (
        "(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,"
        "Full Name,Email,Company Name,Business Phone",
        {
            "(Do Not Modify) Contact": "id",
            "(Do Not Modify) Row Checksum": "skip",
            "(Do Not Modify) Modified On": "modified",
        },
    ),
    "Dynamics 365 accounts": (
        "(Do Not Modify) Account,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,"
        "Account Name,Main Phone,Address 1: City,Primary Contact",
        {"Account Name": "name"},
    ),
    "Dynamics 365 opportunities": (
        "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,"
        "Topic,Potential Customer,Status,Est. Close Date,Est. Revenue",
        {"Topic": "name", "Est. Revenue": "amount", "Est. Close Date": "expected_on"},
    ),
    "Odoo contacts": (
        "External ID,Name,Email,Phone,Related Company,Job Position,Salesperson",
        {"Related Company": "account.name", "External ID": "id"},
    ),
    "Odoo companies": ("External ID,Name,Is a Company,Email,Website,Street,City,Zip", {"Zip": "postcode"}),
    "Odoo opportunities": (
        "External ID,Opportunity,Stage,Expected Revenue,Salesperson,Customer,Probability,Created on",
        {"Opportunity": "name", "Expected Revenue": "amount"},
    ),
    "Odoo opportunities (technical names)": (
        "id,name,stage_id,expected_revenue,partner_id,user_id,probability,create_date",
        {"stage_id": "stage"},
    ),
    "Odoo sales orders": (
        "Order Reference,Customer,Order Date,Total,Status,Order Lines/Product,Order Lines/Quantity",
        {"Order Lines/Quantity": "quantity"},
    ),
    "Odoo products": (
        "External ID,Name,Internal Reference,Sales Price,Product Category",
        {"Internal Reference": "code"},
    ),
}


@pytest.mark.parametrize("title", EXPORTS)
def test_exports_are_known_by_their_headers(title: str) -> None:
    headers, wanted = EXPORTS[title]
    found = propose(headers.split(","), {})
    assert found.title == title
    assert {column.header: column.field for column in found.columns if column.header in wanted} == wanted


def test_every_shape_and_field_holds_together() -> None:
    for shape in shapes():
        assert shape.kind in KINDS
        assert set(shape.columns.values()) - {"extra", "skip"} <= set(fields(shape.kind)), shape.title
        assert shape.least <= len(shape.likely)
    assert {shape.source for shape in shapes()} == {"hubspot", "salesforce", "pipedrive", "dynamics", "odoo"}


def test_a_plain_list_is_understood_by_its_names_and_cells() -> None:
    found = propose(["Vorname", "Nachname", "Kontakt", "Firma", "Shoe size"], {"Kontakt": MAILS, "Shoe size": ["44"]})
    assert found.kind == "people"
    assert [column.field for column in found.columns] == ["given_name", "family_name", "email", "account.name", "extra"]
    assert found.columns[2].why == "its cells are e-mail addresses"
    # a header that says one thing over cells that say another
    assert propose(["Name", "Phone", "Email"], {"Phone": MAILS}, "people").columns[1].field == "extra"


def test_what_a_person_says_comes_first() -> None:
    found = propose(["Email", "Name", "Boss"], {}, "people", {"Boss": "name", "Name": "skip"})
    assert [column.field for column in found.columns] == ["email", "skip", "name"]
    with pytest.raises(CallError, match="no field of people; did you mean 'email'"):
        propose(["Email"], {}, "people", {"Email": "emial"})
    with pytest.raises(CallError, match="say --as"):
        propose(["a", "b"], {})


def test_headers_as_words() -> None:
    assert words_of("Close_Date (UTC)") == "close date utc"
    assert words_of("E-Mail") == words_of("e mail")
