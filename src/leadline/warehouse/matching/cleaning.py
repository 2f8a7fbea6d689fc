"""Values made alike that mean the same: case, accents, punctuation, country codes, 'www.'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadline.core.mail_domains import FREE, domain_of
from leadline.warehouse.arrow import pa, pc

if TYPE_CHECKING:
    from leadline.warehouse.matching.naming import Sort

LONGEST = 2_000  # letters of a cell that are compared
_NOTHING = pa.array(
    "na|n a|null|none|nan|unknown|unbekannt|tbd|test|xxx|not available|not provided|no name|anonymous".split("|")
)


def clean(words: pa.Array, sort: Sort) -> tuple[NDArray[np.int64], pa.Array]:
    """For each word its place in the distinct cleaned words, -1 where nothing is left; and those words."""
    tidy = _tidy(words, sort)
    tidy = pc.if_else(pc.is_in(tidy, value_set=_NOTHING), "", tidy)
    encoded = tidy.dictionary_encode()
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    blank = pc.index(encoded.dictionary, "").as_py()
    if blank >= 0:
        places = np.where(places == blank, -1, places)
    return places, encoded.dictionary


def _tidy(words: pa.Array, sort: Sort) -> pa.Array:
    text = pc.utf8_lower(pc.utf8_slice_codeunits(words, 0, LONGEST))
    if sort == "email":
        text = pc.replace_substring_regex(text, r"^mailto:|[\s<>\"']", "")
        return pc.replace_substring_regex(text, r"\+[^@]*@", "@")
    if sort == "domain":
        text = pc.utf8_trim_whitespace(text)
        return pc.replace_substring_regex(text, r"^[a-z]+://|^www\d?\.|^.*@|[/?#:\s].*$", "")
    if sort == "phone":
        return _digits_of_phone(text)
    if sort in ("birth", "date"):
        return pc.replace_substring_regex(text, r"t?00:00(:00)?(\.0+)?$|[^0-9a-z]", "")
    if sort in ("number", "house", "code", "id"):
        text = pc.replace_substring_regex(text, r"\.0+$|[\s$€£,]", "")
        return text
    return plain(text)


def plain(text: pa.Array) -> pa.Array:
    """Letters and digits without accents, one blank between words."""
    text = pc.replace_substring_regex(text, r"&#\d+;|&[a-z]+;", "")
    if not pc.all(pc.string_is_ascii(text), min_count=0).as_py():
        for sign, letters in (("ß", "ss"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d")):
            text = pc.replace_substring(text, sign, letters)
        text = pc.replace_substring_regex(pc.utf8_normalize(text, "NFKD"), r"\p{Mn}", "")
    text = pc.replace_substring_regex(text, r"['’`.]", "")
    text = pc.replace_substring_regex(text, r"[^\p{L}\p{N}]+", " ")
    return pc.utf8_trim_whitespace(text)


def _digits_of_phone(text: pa.Array) -> pa.Array:
    """The last nine digits: country code and the zero before the area go."""
    digits = pc.replace_substring_regex(pc.replace_substring_regex(text, r"(ext|x|#).*$", ""), r"[^0-9]", "")
    short = pc.less(pc.binary_length(digits), 5)
    return pc.if_else(short, "", pc.utf8_slice_codeunits(digits, -9, None))


def name_parts(words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Given name and surname of full names: the first word and the last."""
    bare = pc.replace_substring_regex(words, r"^(mr|mrs|ms|dr|prof|herr|frau) | (jr|sr|phd)$", "")
    bare = pc.utf8_trim_whitespace(bare)
    given = pc.replace_substring_regex(bare, r" .*$", "")
    surname = pc.if_else(pc.match_substring(bare, " "), pc.replace_substring_regex(bare, r"^.* ", ""), "")
    return given, surname


def company_domains(addresses: pa.Array) -> pa.Array:
    """The domain of each address, '' where it is free mail or none."""
    found = [domain_of(address or "") for address in addresses.to_pylist()]
    return pa.array(["" if domain in FREE else domain for domain in found], pa.string())


def local_parts(addresses: pa.Array) -> pa.Array:
    """What stands before the @ sign."""
    return pc.replace_substring_regex(addresses, r"@.*$", "")
