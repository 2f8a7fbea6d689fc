"""Mails as programs write them, with what their writers said: languages, layouts, encodings, decoys; seeded."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

SENDER, RECEIVER = "bob.müller@buyer.example", "anna@ours.example"


@dataclass(frozen=True)
class Case:
    """One mail: its bytes, what its writer said, and how it was made."""

    name: str
    raw: bytes
    words: str


BODIES = {
    "en": (
        "Yes, please go ahead.",
        "Hi Anna,\n\nthanks for the offer. Two questions:\n\n- can we start in May?\n- what does it cost for 50 people?",
        "Hello Anna,\n\nOn Monday we wrote: no budget before June. That has changed.\n\nFrom: now on, please copy Eve.",
        "Thanks for the call. Thank you also for the slides; I will show them to our CFO at 10:30.\n\nWe are > 500 people, so price matters.",
        "Anna, the numbers:\n\n1. 2024: 1,200\n2. 2025: 1,450\n\nTotal: 2,650 -- roughly.\nLet me know.",
        "We have decided against it. Best of luck with the others.\nSorry for the short note",
    ),
    "de": (
        "Ja, gerne.",
        "Hallo Anna,\n\nvielen Dank für das Angebot. Wann können wir starten?\n\nAm Montag schrieb Eva, das Budget sei frei.",
        "Guten Tag Frau Lead,\n\nwir brauchen:\n- 50 Lizenzen\n- Schulung vor Ort\n\nVon: der Geschäftsführung kommt noch Rückmeldung.",
        "Der Preis ist zu hoch: 12.000 € gehen nicht.\nDanke für Ihre Geduld, grüßen Sie bitte Herrn Groß.",
    ),
    "fr": (
        "Oui, merci beaucoup pour votre retour.",
        "Bonjour Anna,\n\nvoici nos questions :\n- le délai ?\n- le prix à partir de 50 postes ?\n\nLe directeur a écrit : d'accord sur le principe, reste le prix.",
    ),
    "es": ("Hola Anna:\n\n¿Podemos hablar el martes a las 10:00? Gracias por todo el trabajo.",),
}
CLOSINGS = {
    "en": (
        "Best regards",
        "Kind regards,",
        "Thanks,",
        "Cheers",
        "Many thanks and best regards,",
        "Best,",
        "Sincerely,",
        "",
    ),
    "de": (
        "Mit freundlichen Grüßen",
        "Viele Grüße",
        "Beste Grüße aus Köln",
        "Mit besten Grüßen,",
        "VG",
        "Vielen Dank und viele Grüße",
        "",
    ),
    "fr": ("Cordialement,", "Bien cordialement", "Bien à vous,", "Merci d'avance,", ""),
    "es": ("Un saludo,", "Saludos cordiales", "Atentamente,", ""),
}
CARDS = (
    "Bob Müller",
    "Bob",
    "Bob Müller\nHead of Purchasing\nBuyer GmbH | Ring 5 | 50667 Köln\nT +49 221 123456\nwww.buyer.example",
    "-- \nBob Müller\nBuyer GmbH",
    "--\nBob Müller, Buyer Ltd.\nThis e-mail is confidential and intended only for the person named above.",
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Get Outlook for iOS",
    "",
)
OLD = {
    "en": "Hi Bob,\n\nplease find our offer attached. The price is 12,000.\n\nBest regards\nAnna Lead\n-- \nOurs Ltd.",
    "de": "Hallo Bob,\n\nanbei unser Angebot. Der Preis ist 12.000.\n\nViele Grüße\nAnna Lead",
    "fr": "Bonjour Bob,\n\nci-joint notre offre. Le prix est de 12 000.\n\nCordialement\nAnna Lead",
    "es": "Hola Bob:\n\nadjunto la oferta.\n\nSaludos\nAnna",
}


def marked(text: str, sign: str = "> ") -> str:
    return "\n".join((sign + line).rstrip() for line in text.split("\n"))


WHO = "Anna Lead <anna@ours.example>"
INTROS: dict[str, tuple[str, ...]] = {
    "en": (
        f"On Mon, Feb 2, 2026 at 9:00 AM {WHO} wrote:",
        f"On Mon, Feb 2, 2026 at 9:00 AM {WHO}\nwrote:",
        "On 2 Feb 2026, at 09:00, Anna Lead <anna@ours.example> wrote:",
        "On 02/02/2026 09:00, Anna Lead wrote:",
        "On Monday, February 2nd, 2026 at 09:00, Anna Lead\n<anna@ours.example> wrote:",
        "Anna Lead <anna@ours.example> wrote on 02.02.2026 09:00:",
    ),
    "de": (
        f"Am Mo., 2. Feb. 2026 um 09:00 Uhr schrieb {WHO}:",
        "Am Mo., 2. Feb. 2026 um 09:00 Uhr schrieb Anna Lead <\nanna@ours.example>:",
        "Am 02.02.2026 um 09:00 schrieb Anna Lead:",
        "> Am 02.02.2026 um 09:00 schrieb Anna Lead <anna@ours.example>:",
        "Anna Lead <anna@ours.example> schrieb am Mo., 2. Feb. 2026, 09:00:",
    ),
    "fr": (
        f"Le lun. 2 févr. 2026 à 09:00, {WHO} a écrit :",
        "Le lun. 2 févr. 2026 à 09:00, Anna Lead <anna@ours.example> a\nécrit :",
        "Le 02/02/2026 à 09:00, Anna Lead a écrit :",
        "Le 2 févr. 2026 à 09:00, Anna Lead <anna@ours.example> a écrit :",
    ),
    "es": (
        f"El lun, 2 feb 2026 a las 9:00, {WHO} escribió:",
        "El lun, 2 feb 2026 a las 9:00, Anna Lead (<anna@ours.example>)\nescribió:",
    ),
}
HEADERS = {
    "en": "From: Anna Lead <anna@ours.example>\nSent: Monday, 2 February 2026 09:00\nTo: Bob Müller <bob@buyer.example>\nSubject: Offer",
    "de": "Von: Anna Lead <anna@ours.example>\nGesendet: Montag, 2. Februar 2026 09:00\nAn: Bob Müller <bob@buyer.example>\nCc: Eva\nBetreff: Angebot",
    "fr": "De : Anna Lead <anna@ours.example>\nEnvoyé : lundi 2 février 2026 09:00\nÀ : Bob Müller <bob@buyer.example>\nObjet : Offre",
    "es": "De: Anna Lead <anna@ours.example>\nEnviado el: lunes, 2 de febrero de 2026 9:00\nPara: Bob\nAsunto: Oferta",
}
SEPARATORS = {
    "en": ("-----Original Message-----", "-------- Original message --------", "________________________________", ""),
    "de": ("-----Ursprüngliche Nachricht-----", "________________________________", ""),
    "fr": ("-----Message d'origine-----", "________________________________", ""),
    "es": ("-----Mensaje original-----", ""),
}


def paragraphs(text: str, tag: str = "p") -> str:
    """HTML of a plain text, as programs write it."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if tag == "br":
        return safe.replace("\n", "<br>\n")
    return "".join(
        f"<{tag}>{line.replace(chr(10), '<br>')}</{tag}>" if line else f"<{tag}><br></{tag}>"
        for line in safe.split("\n")
    )


Style = Callable[[np.random.Generator, str, str, str, str], tuple[str, str, bool]]
"""Of (rng, language, body, below, old): a name, the text, whether it is HTML. `below` is closing and card."""


def pick(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _signed(body: str, below: str) -> str:
    return f"{body}\n\n{below}" if below else body


def top(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    return "top", f"{_signed(body, below)}\n\n{pick(rng, INTROS[language])}\n\n{marked(old)}\n", False


def bare(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    return "bare", _signed(body, below) + "\n", False


def outlook(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    lines = [_signed(body, below), "", pick(rng, SEPARATORS[language]), HEADERS[language], "", old]
    return "outlook", "\n".join(lines), False


def webde(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    head = "Gesendet: Montag, 02. Februar 2026 um 09:00 Uhr\nVon: Anna Lead <anna@ours.example>\nAn: bob@buyer.example\nBetreff: Angebot"
    return "web.de", f"{_signed(body, below)}\n \n\n{head}\n\n{old}", False


def bottom(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    return "bottom", f"{pick(rng, INTROS[language])}\n{marked(old)}\n\n{_signed(body, below)}\n", False


def inline(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    pieces = body.split("\n\n")
    quoted = old.split("\n\n")
    lines = [pick(rng, INTROS[language])]
    for number, piece in enumerate(pieces):
        lines += [marked(quoted[number % len(quoted)]), "", piece, ""]
    return "inline", "\n".join([*lines, below]), False


def nested(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    older = f"{old}\n\n{pick(rng, INTROS[language]).removeprefix('> ')}\n{marked(OLD['en'])}"
    return "nested", f"{_signed(body, below)}\n\n{pick(rng, INTROS[language])}\n{marked(older, '>')}\n", False


def gmail_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    intro = paragraphs(pick(rng, INTROS[language]).removeprefix("> ").replace("\n", " "), "br")
    quote = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{intro}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{paragraphs(old, "div")}</blockquote></div>'
    return "gmail html", f'<div dir="ltr">{paragraphs(_signed(body, below), "div")}</div><br>{quote}', True


def outlook_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    head = "<br>".join(
        f"<b>{line.partition(':')[0]}:</b>{paragraphs(line.partition(':')[2], 'br')}"
        for line in HEADERS[language].split("\n")
    )
    style = "<style><!-- p.MsoNormal {margin:0cm} --></style><!--[if gte mso 9]><xml><o:x/></xml><![endif]-->"
    rule = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    text = (
        paragraphs(_signed(body, below))
        .replace("<p>", '<p class="MsoNormal">')
        .replace("<br></p>", "<o:p>&nbsp;</o:p></p>")
    )
    return (
        "outlook html",
        f'<html><head>{style}</head><body><div class="WordSection1">{text}<div>{rule}<p class="MsoNormal">{head}</p></div></div>{paragraphs(old)}</div></body></html>',
        True,
    )


def owa_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    head = "<br>\n".join(
        f"<b>{line.partition(':')[0]}:</b>{paragraphs(line.partition(':')[2], 'br')}"
        for line in HEADERS[language].split("\n")
    )
    return (
        "outlook on the web",
        f'<div class="elementToProof">{paragraphs(_signed(body, below), "div")}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{head}</font></div><div>{paragraphs(old)}</div>',
        True,
    )


def apple_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    intro = paragraphs(pick(rng, INTROS[language]).removeprefix("> ").replace("\n", " "), "br")
    return (
        "apple html",
        f'<html><body style="word-wrap: break-word;">{paragraphs(_signed(body, below), "div")}<div><br><blockquote type="cite"><div>{intro}</div><br class="Apple-interchange-newline"><div>{paragraphs(old, "div")}</div></blockquote></div></body></html>',
        True,
    )


def thunderbird_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    intro = paragraphs(pick(rng, INTROS[language]).removeprefix("> ").replace("\n", " "), "br")
    return (
        "thunderbird html",
        f'<html><body><div class="moz-cite-prefix">{intro}<br></div><blockquote type="cite" cite="mid:1@x">{paragraphs(old)}</blockquote>{paragraphs(_signed(body, below))}</body></html>',
        True,
    )


def yahoo_html(rng: np.random.Generator, language: str, body: str, below: str, old: str) -> tuple[str, str, bool]:
    intro = paragraphs(pick(rng, INTROS[language]).removeprefix("> ").replace("\n", " "), "br")
    return (
        "yahoo html",
        f'<div class="ydp1 yahoo-style-wrap">{paragraphs(_signed(body, below), "div")}</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>{intro}</div><div>{paragraphs(old, "div")}</div></div>',
        True,
    )


STYLES: tuple[Style, ...] = (
    top, bare, outlook, webde, bottom, inline, nested, gmail_html, outlook_html, owa_html, apple_html, thunderbird_html, yahoo_html,
)  # fmt: skip


def encoded(rng: np.random.Generator, text: str, kind: str) -> str:
    """One part with its headers, in some encoding."""
    charset = pick(rng, ("utf-8", "utf-8", "cp1252", "iso-8859-1", "utf-16"))
    try:
        raw = text.replace("\n", "\r\n").encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
        raw = text.replace("\n", "\r\n").encode(charset)
    packed = "base64" if charset == "utf-16" else pick(rng, ("base64", "quoted-printable", "8bit"))
    if packed == "base64":
        body = base64.encodebytes(raw).decode()
    elif packed == "quoted-printable":
        body = quopri.encodestring(raw.replace(b"\r\n", b"\n")).decode("latin-1")
    else:
        body = raw.decode("latin-1").replace("\r\n", "\n")
    return f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: {packed}\n\n{body}"


def wrapped(rng: np.random.Generator, part: str, other: str) -> str:
    """The part alone, among alternatives, with attachments, or nested deeper."""
    way = int(rng.integers(4))
    if way == 0:
        return part
    inner = (
        f'Content-Type: multipart/alternative; boundary="a{way}"\n\n--a{way}\n{other}\n--a{way}\n{part}\n--a{way}--\n'
        if other
        else part
    )
    if way == 1:
        return inner
    attached = 'Content-Type: application/pdf; name="Angebot.pdf"\nContent-Disposition: attachment; filename="Angebot.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0x\n'
    mixed = f'Content-Type: multipart/mixed; boundary="m"\n\nignored preamble\n--m\n{inner}\n--m\n{attached}\n--m--\nepilogue'
    if way == 2:
        return mixed
    return f'Content-Type: multipart/signed; boundary="s"; protocol="application/pgp-signature"\n\n--s\n{mixed}\n--s\nContent-Type: application/pgp-signature\n\nxx\n--s--\n'


def letters(count: int, seed: int = 1) -> Iterator[Case]:
    """So many mails, equal for equal seeds."""
    rng = np.random.default_rng(seed)
    languages = tuple(BODIES)
    for number in range(count):
        style = STYLES[number % len(STYLES)]
        language = pick(rng, languages)
        body, closing = pick(rng, BODIES[language]), pick(rng, CLOSINGS[language])
        card = pick(rng, CARDS) if closing or rng.random() < 0.3 else ""
        if not closing and card and not card.startswith(("--", "Sent", "Von", "Env", "Get")):
            card = ""
        below = "\n".join(part for part in (closing, card) if part)
        name, text, is_html = style(rng, language, body, below, OLD[language])
        part = encoded(rng, text, "html" if is_html else "plain")
        subject = pick(
            rng, ("Re: Offer", "=?utf-8?B?UmU6IEFuZ2Vib3Q=?=", "AW: =?iso-8859-1?Q?Gr=FC=DFe?=", "Re: =?utf-8?Q?broken")
        )
        head = f"From: =?utf-8?Q?Bob_M=C3=BCller?= <bob@buyer.example>\nTo: {RECEIVER}\nSubject: {subject}\nMessage-ID: <{number}@x>\nMIME-Version: 1.0\n"
        raw = (head + wrapped(rng, part, "")).encode("latin-1")
        yield Case(f"{number} {name} {language}", raw, body)
