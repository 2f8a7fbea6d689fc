"""Further mails, in languages and layouts that the rules were not first written on; see letters.py."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .letters import RECEIVER, Case, encoded, marked, paragraphs, pick, wrapped  # noqa: TID252

BODIES = {
    "it": ("Buongiorno Anna,\n\nva bene per giovedì alle 15:00. Portiamo anche il responsabile IT.", "Sì, procediamo."),
    "nl": (
        "Beste Anna,\n\nde prijs is te hoog. Kunnen we over 100 gebruikers praten?\n\nOp 3 maart kan ik bellen.",
        "Akkoord.",
    ),
    "pt": ("Olá Anna,\n\npodemos falar na quarta-feira? O orçamento foi aprovado.\n\n- 20 licenças\n- formação",),
    "sv": ("Hej Anna,\n\nvi vill gärna se en demo. Passar fredag kl. 10?",),
    "pl": ("Dzień dobry,\n\nprosimy o ofertę na 30 stanowisk. Termin: do piątku.",),
    "en": (
        "Not now.",
        "Anna,\n\nPlease see my answers:\n\nPrice: fine.\nTimeline: June.\nScope: as discussed, minus training.",
        "Hey, quick one. Is SSO in the base plan? We'd need Okta and SCIM. If not, what would it be per user?",
        "I forwarded it to legal. From what I hear they are fine with it, except section 4 on liability.\n\nTo be clear: we still want this.",
    ),
    "de": (
        "Hallo,\n\npasst. Bitte an rechnung@buyer.example schicken.\n\nFrage: geht auch jährlich?",
        "Nein danke, kein Bedarf.",
    ),
}
CLOSINGS = {
    "it": ("Cordiali saluti", "Grazie mille,", "Un saluto", "Distinti saluti,"),
    "nl": ("Met vriendelijke groet,", "Groeten", "Vriendelijke groet"),
    "pt": ("Cumprimentos,", "Atenciosamente,", "Obrigado"),
    "sv": ("Med vänlig hälsning", "Hälsningar,", "Mvh"),
    "pl": ("Pozdrawiam", "Z poważaniem,"),
    "en": ("Warm regards,", "Thx,", "All the best,", "Regards", "Rgds,", "Speak soon,", "Have a great day!", "Thanks!"),
    "de": (
        "Freundliche Grüße",
        "LG",
        "Herzliche Grüße aus dem Norden,",
        "Mit freundlichem Gruß",
        "Schönes Wochenende!",
        "Gruß",
    ),
}
CARDS = (
    "Bob",
    "Bob Müller\nPurchasing",
    "Bob Müller | VP Operations\nBuyer Inc.\n+1 (555) 010-9999 | bob@buyer.example\n\nCONFIDENTIALITY NOTICE: This e-mail may hold secrets.",
    "i.A. Bob Müller\n\nBuyer GmbH\nSitz der Gesellschaft: Köln\nGeschäftsführer: Eva Groß\nHRB 12345, Amtsgericht Köln",
    "Sent with Proton Mail secure email.",
    "Sent from Outlook for Android",
    "Diese E-Mail enthält vertrauliche Informationen.",
)
INTROS = {
    "it": (
        "Il giorno lun 2 feb 2026 alle ore 09:00 Anna Lead <anna@ours.example> ha scritto:",
        "Il 02/02/26 09:00, Anna Lead ha scritto:",
    ),
    "nl": (
        "Op ma 2 feb 2026 om 09:00 schreef Anna Lead <anna@ours.example>:",
        "Anna Lead <anna@ours.example> schreef op 2 februari 2026 om 09:00:",
    ),
    "pt": (
        "Em seg., 2 de fev. de 2026 às 09:00, Anna Lead <anna@ours.example> escreveu:",
        "Anna Lead <anna@ours.example> escreveu no dia segunda, 2/02/2026 à(s) 09:00:",
    ),
    "sv": (
        "Den mån 2 feb. 2026 kl 09:00 skrev Anna Lead <anna@ours.example>:",
        "Anna Lead <anna@ours.example> skrev den 2 februari 2026 09:00:",
    ),
    "pl": (
        "pon., 2 lut 2026 o 09:00 Anna Lead <anna@ours.example> napisał(a):",
        "W dniu 2.02.2026 o 09:00, Anna Lead pisze:",
    ),
    "en": (
        "On Feb 2, 2026, 9:00 AM +0000, Anna Lead <anna@ours.example>, wrote:",
        "Anna Lead wrote on 2/2/26 9:00 AM:",
        "On Mon, Feb 02, 2026 at 09:00:00AM +0100, Anna Lead wrote:",
    ),
    "de": (
        "Anna Lead hat am 02.02.2026 09:00 geschrieben:",
        "Am Montag, den 02.02.2026, 09:00 +0100 schrieb Anna Lead:",
    ),
}
HEADERS = {
    "it": "Da: Anna Lead\nInviato: lunedì 2 febbraio 2026 09:00\nA: Bob\nOggetto: Offerta",
    "nl": "Van: Anna Lead\nVerzonden: maandag 2 februari 2026 09:00\nAan: Bob\nOnderwerp: Offerte",
    "pt": "De: Anna Lead\nEnviada em: segunda-feira, 2 de fevereiro de 2026 09:00\nPara: Bob\nAssunto: Proposta",
    "sv": "Från: Anna Lead\nSkickat: den 2 februari 2026 09:00\nTill: Bob\nÄmne: Offert",
    "pl": "Od: Anna Lead\nWysłano: poniedziałek, 2 lutego 2026 09:00\nDo: Bob\nTemat: Oferta",
    "en": "From:\tAnna Lead\nTo:\tBob Müller/Buyer@BUYER,\n\tEva/Buyer@BUYER\nDate:\t02/02/2026 09:00 AM\nSubject:\tOffer",
    "de": "Von: Anna Lead\nDatum: 02.02.26 09:00 (GMT+01:00)\nAn: bob@buyer.example\nBetreff: Angebot",
}
OLD = "Hi Bob,\n\nplease find our offer attached.\n\nBest regards\nAnna"
BANNERS = (
    "CAUTION: This email originated from outside of the organization. Do not click links unless you know the sender.",
    "[EXTERNAL EMAIL] Exercise caution.",
    "",
    "",
    "",
)


def letters_abroad(count: int, seed: int = 1) -> Iterator[Case]:
    """So many mails, equal for equal seeds."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        language = pick(rng, tuple(BODIES))
        body = pick(rng, BODIES[language])
        below = (
            "\n".join((pick(rng, CLOSINGS[language]), pick(rng, CARDS)))
            if rng.random() < 0.8
            else pick(rng, ("Bob", "", "/Bob", "- Bob"))
        )
        text = f"{body}\n\n{below}".strip()
        layout = number % 6
        intro = pick(rng, INTROS[language])
        if layout == 0:
            text = f"{text}\n\n{intro}\n{marked(OLD)}"
        elif layout == 1:
            text = f"{text}\n\n> {intro}\n>\n{marked(OLD)}"
        elif layout == 2:
            rule = pick(
                rng,
                ("-------- Original message --------\n", "_" * 32 + "\n", "-----Original Message-----\n", "", "---\n"),
            )
            text = f"{text}\n\n{rule}{HEADERS[language]}\n\n{OLD}"
        elif layout == 3:
            text = f"{intro}\n\n{marked(OLD)}\n\n{text}"
        elif layout == 4:
            quote = f"<blockquote>{paragraphs(OLD)}</blockquote>"
            text = f"<html><body>{paragraphs(text, pick(rng, ('p', 'div', 'br')))}<p>{paragraphs(intro, 'br')}</p>{quote}</body></html>"
        banner = pick(rng, BANNERS)
        if banner and layout not in (3, 4):
            text = f"{banner}\n\n{text}"
        part = encoded(rng, text, "html" if layout == 4 else "plain")
        name = pick(rng, ("=?utf-8?Q?Bob_M=C3=BCller?=", '"=?utf-8?Q?M=C3=BCller=2C?= Bob"', "Bob"))
        head = f"From: {name} <bob@buyer.example>\nTo: {RECEIVER}\nSubject: Re: Offer\nMessage-ID: <{number}@y>\n"
        raw = (head + "MIME-Version: 1.0\n" + wrapped(rng, part, "")).encode("latin-1")
        yield Case(f"{number} layout-{layout} {language}", raw, body)
