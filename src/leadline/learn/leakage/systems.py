"""Names that systems give to their fields, spelled out in words, so that the lexicon can judge them."""

from __future__ import annotations

import re

from leadline.learn.headers import words_of

_CUSTOM = re.compile(r"__[crx]$", re.IGNORECASE)  # Salesforce's mark of fields that a customer added
_VENDOR = frozenset({"hs", "msdyn", "crm", "sfdc", "cf", "fld"})

# Joined names, by what they hold. SAP's are those of sales documents (VBAK, VBAP, VBUK, VBRK, LIKP, KONV).
_FIELDS = {
    # SAP
    "abgru": "reason rejected", "gbstk": "deal status", "abstk": "rejected status", "lfstk": "delivery status",
    "fkstk": "invoice status", "fkdat": "invoice date", "fkimg": "invoice count", "wadat": "shipped date",
    "wadatist": "shipped date", "bstdk": "purchase order date", "bstnk": "purchase order number",
    "netwr": "net value", "netpr": "net price", "mwsbp": "net price", "kbetr": "discount amount",
    "kwert": "discount amount", "zterm": "payment plan", "aedat": "last changed date", "aenam": "last changed by",
    "erdat": "created date", "anfzeit": "created time", "ktext": "description",
    # Dynamics 365
    "actualvalue": "close value", "actualvaluebase": "close value", "statecode": "deal status",
    "statuscode": "deal status", "statuscodename": "deal status", "statecodename": "deal status",
    "stepname": "sales stage", "salesstage": "sales stage", "salesstagecode": "sales stage",
    "opportunityratingcode": "deal rating", "timespentinqueue": "days in stage", "finaldecisiondate": "decision date",
    "traversedpath": "stage move count", "stageid": "sales stage", "processid": "process", "msrplost": "lost reason",
    # Salesforce
    "pushcount": "stage move count", "stagename": "sales stage", "hasoverduetask": "last activity",
    "lastclosedatechangedhistoryid": "last changed", "lastamountchangedhistoryid": "last changed",
    "systemmodstamp": "last modified date", "leadconverteddate": "converted date", "isconverted": "converted",
    # HubSpot, Pipedrive
    "dealstage": "sales stage", "dealstageprobability": "deal probability", "projectedamount": "deal forecast",
    "projectedamountinhomecurrency": "deal forecast", "forecastamount": "deal forecast",
    "manualforecastcategory": "deal forecast", "rottentime": "last activity date", "weightedvalue": "deal forecast",
    "closedamountinhomecurrency": "close value", "closedwoncount": "closed", "closedlostcount": "closed",
}  # fmt: skip
# What HubSpot makes one of for each stage of each pipeline.
_STAGED = (
    (re.compile(r"^hs (?:v 2 )?(?:latest |cumulative )?time in "), "days in stage"),
    (re.compile(r"^hs (?:v 2 )?date (?:entered|exited) "), "stage change date"),
)
# Pairs of words that mean something else together, or in one language only.
_PAIRS = (
    (re.compile(r"\bprior to\b"), "until"),
    (re.compile(r"\b(stage|phase|status|deal|opportunity) history\b"), r"\1"),
    (re.compile(r"\b(?:passee?s?|pasad[oa]s?|passad[oa]s?) (dans|en|em|na|no)\b"), r"spent \1"),
    (re.compile(r"\b(?:in the|im|in) (?:process|verfahren)$"), "in stage"),
)


def spelled(header: str) -> tuple[str, ...]:
    """The words of a header, as `words_of` finds them, with what is a system's own way of naming put in plain words."""
    bare = _CUSTOM.sub("", header.strip())
    said = " ".join(words_of(bare))
    for pattern, meaning in _STAGED:
        if pattern.match(said):
            return tuple(meaning.split())
    words = said.split()
    while len(words) > 1 and words[0] in _VENDOR:
        words = words[1:]
    known = _FIELDS.get("".join(words))
    if known:
        return tuple(known.split())
    said = " ".join(words)
    for pattern, plain in _PAIRS:
        said = pattern.sub(plain, said)
    return tuple(said.split())
