"""Words for countries and trades in the names of segments."""

from __future__ import annotations

DEMONYMS = {
    country.casefold(): word
    for word, countries in {
        "German": "Germany|Deutschland|DE|DEU",
        "Austrian": "Austria|Österreich|AT|AUT",
        "Swiss": "Switzerland|Schweiz|CH|CHE|Suisse",
        "French": "France|FR|FRA|Frankreich",
        "Italian": "Italy|Italia|IT|ITA",
        "Spanish": "Spain|España|ES|ESP",
        "Portuguese": "Portugal|PT|PRT",
        "British": "United Kingdom|UK|GB|GBR|Great Britain|England",
        "Irish": "Ireland|IE|IRL|EIRE",
        "Dutch": "Netherlands|The Netherlands|NL|NLD|Nederland",
        "Belgian": "Belgium|BE|BEL|België|Belgique",
        "Danish": "Denmark|DK|DNK|Danmark",
        "Swedish": "Sweden|SE|SWE|Sverige",
        "Norwegian": "Norway|NO|NOR|Norge",
        "Finnish": "Finland|FI|FIN|Suomi",
        "Polish": "Poland|PL|POL|Polska",
        "Czech": "Czechia|Czech Republic|CZ|CZE",
        "Hungarian": "Hungary|HU|HUN",
        "Romanian": "Romania|RO|ROU|Romana",
        "Greek": "Greece|GR|GRC",
        "Turkish": "Turkey|Türkiye|TR|TUR",
        "American": "United States|United States of America|USA|US",
        "Canadian": "Canada|CA|CAN",
        "Mexican": "Mexico|México|MX|MEX",
        "Brazilian": "Brazil|Brasil|BR|BRA",
        "Indian": "India|IN|IND",
        "Chinese": "China|CN|CHN",
        "Japanese": "Japan|JP|JPN",
        "Korean": "Korea|South Korea|KR|KOR",
        "Australian": "Australia|AU|AUS",
        "New Zealand": "New Zealand|NZ|NZL",
        "Singapore": "Singapore|SG|SGP",
        "Israeli": "Israel|IL|ISR",
    }.items()
    for country in countries.split("|")
}

INDUSTRIES = {
    "manufacturing": "manufacturers",
    "retail": "retailers",
    "wholesale": "wholesalers",
    "software": "software firms",
    "technology": "technology firms",
    "technolgy": "technology firms",  # as a well-known sample file spells it
    "construction": "builders",
    "logistics": "logistics firms",
    "finance": "finance firms",
    "banking": "banks",
    "insurance": "insurers",
    "telecommunications": "telecoms firms",
    "services": "service firms",
    "consulting": "consultancies",
    "marketing": "marketing firms",
    "medical": "medical firms",
    "pharma": "drug makers",
    "energy": "energy firms",
    "education": "education bodies",
}
