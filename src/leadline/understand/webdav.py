"""What a WebDAV server says of its resources (RFC 4918, 13: multistatus), read defensively."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its address as the server writes it, and the properties that it has, by '{namespace}name'."""

    href: str
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        """A property's text; '' where it has none."""
        found = self.properties.get(name)
        return "" if found is None or found.text is None else found.text.strip()

    def link(self, name: str) -> str:
        """The address inside a property; '' where it has none."""
        found = self.properties.get(name)
        inner = None if found is None else found.find("{DAV:}href")
        return "" if inner is None or inner.text is None else inner.text.strip()

    def kinds(self) -> frozenset[str]:
        """What the resource is: '{DAV:}collection' and others."""
        found = self.properties.get("{DAV:}resourcetype")
        return frozenset() if found is None else frozenset(child.tag for child in found)


def read_multistatus(body: bytes) -> list[Resource]:
    """The resources of a multistatus body; what the server could not give of them is left out.

    Raises ValueError where the body is none, or holds entities.
    """
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from None
    if root.tag != "{DAV:}multistatus":
        raise ValueError("no multistatus")
    found = []
    for response in root.findall("{DAV:}response")[:_MOST]:
        properties: dict[str, Element] = {}
        for part in response.findall("{DAV:}propstat"):
            status = part.findtext("{DAV:}status") or "HTTP/1.1 200 OK"
            inner = part.find("{DAV:}prop")
            if " 2" in status[:12] and inner is not None:
                properties |= {child.tag: child for child in inner}
        found.append(Resource((response.findtext("{DAV:}href") or "").strip(), properties))
    return found
