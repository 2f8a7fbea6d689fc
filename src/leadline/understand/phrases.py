"""How mail programs and people in many languages begin a quotation, close a letter and write a disclaimer."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _any(words: str | Iterable[str]) -> str:
    """An alternative of the phrases, which are regular expressions divided by '|' or line ends."""
    lines = words.strip().splitlines() if isinstance(words, str) else words
    return "(?:" + "|".join(line.strip() for line in lines if line.strip()) + ")"


_WROTE = _any("""
    wrote|schrieb(?:en)?|a écrit|escribió|ha scritto|schreef|geschreven|escreveu|skrev(?: följande)?
    napisał(?:\\(a\\)|a)?
    pisze|yazdı|írta|a scris|napsala?(?:\\(a\\))?|kirjoitti|написал(?:\\(а\\)|а)?
""")
INTRODUCED = re.compile(
    r"^(?:(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|W dniu|Dne|På|Lør|Tors?)\b.{6,300}?" + _WROTE + r"\b.{0,120}?"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,40}<[^<>\s]+@[^<>\s]+>"
    r"|.{2,160}" + _WROTE + r"(?: (?:am|op|den|on|le|el)\b.{4,80})?)\s?:\s*$"
)
"""The line above a quotation; it may be wrapped over several lines."""

DATED = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[./]\d{1,2}|@")
"""What a line above a quotation holds unless the quotation below it is marked."""

STAMPED = re.compile(r"<[^<>\s]+@[^<>\s]+>.*\d{1,2}[:.]\d{2}|\d{1,2}[:.]\d{2}.*<[^<>\s]+@[^<>\s]+>")

SEPARATOR = re.compile(
    r"^\s*(?:-{2,}|_{2,}|\*{2,})\s*"
    + _any("""
    original (?:message|appointment)|ursprüngliche (?:nachricht|mitteilung)|originalnachricht|message d['’]origine
    mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|opprinnelig melding
    ursprungligt meddelande|oprindelig meddelelse|alkuperäinen viesti|wiadomość oryginalna|původní zpráva
    forwarded (?:message|by)|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato
    reply (?:message|above)|antwort
    """)
    + r".{0,80}?(?:-{2,}|_{2,}|\*{2,}|:)?\s*$|^"
    + _any("""
    begin forwarded message|anfang der weitergeleiteten (?:e-mail|nachricht)|inicio del mensaje reenviado
    début du message (?:réexpédié|transféré)|inizio messaggio inoltrato
    """)
    + r"\s?:\s*$",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"forward|weitergeleitet|transfér|réexpédi|reenvia|inoltrat", re.IGNORECASE)

HEADER = re.compile(
    r"^\s*\*{0,2}(?:(?P<from>from|von|de|da|van|från|fra|od|expéditeur|от|от кого|lähettäjä)|"
    + _any("""
    sent|date|to|cc|bcc|subject|importance|gesendet|datum|an|kopie|betreff|wichtigkeit|envoyé|date d.envoi|à|objet
    enviado(?: el)?|fecha|para|asunto|inviato|data|a|oggetto|verzonden|aan|onderwerp|enviada(?: em)?|assunto|skickat
    till|ämne|kopia|sendt|til|emne|wysłano|do|temat|odesláno|komu|předmět|отправлено|кому|копия|тема|lähetetty
    vastaanottaja|aihe
    """)
    + r")\s?:\*{0,2}(?:\s|$)",
    re.IGNORECASE,
)
"""A header of a quoted mail, as Outlook writes them; the group 'from' for the sender's."""

DELIMITER = re.compile(r"^(?:--[ \t]*|—|–|__)$")
"""The line before a signature (RFC 3676, 4.3) and what passes for it."""

RULE = re.compile(r"^\s*(?:_{3,}|-{3,}|={3,}|\*{3,})\s*$")

MOBILE = re.compile(
    "^"
    + _any("""
    sent (?:from|with|via) (?:my|outlook|mail|yahoo|proton|the all new)|get outlook for|von meinem \\S+.{0,20} gesendet
    gesendet (?:von|mit|aus)|envoyé (?:de|depuis)|télécharger outlook|obtenir outlook|enviado desde|inviato da
    verzonden vanaf|verstuurd vanaf
    enviado d[oe]|skickat från|sendt fra|diese nachricht wurde von meinem|holen sie sich outlook|laden sie outlook
    outlook für (?:ios|android)|wysłane z
    """)
    + r"\b.{0,80}$",
    re.IGNORECASE,
)

_GREETINGS = "(?:grüßen|grüssen|grüße|grüsse|gruß|gruss)"
_FROM = r"(?:\s+(?:aus|nach|und)\b.{0,40})?"
SIGN_OFF = re.compile(
    "^"
    + _any(rf"""
    (?:(?:with|and|many|my|all|very|kindest|kind|best|warm(?:est)?)\s+)*(?:regards|wishes)|best|cheers|br|rgds|kr
    (?:many\s+|best\s+|kind\s+)?thanks(?:\s+(?:again|a\s+lot|so\s+much|in\s+advance|and\s+(?:best\s+|kind\s+)?regards))?
    thank\s+you(?:\s+(?:very\s+much|again|in\s+advance|and\s+(?:best\s+|kind\s+)?regards))?|(?:talk|speak)\s+soon|take\s+care|(?:all\s+the\s+)?best|thx
    (?:yours\s+)?(?:sincerely|faithfully|truly)(?:\s+yours)?|yours
    (?:mit\s+)?(?:(?:sehr|den|ganz)\s+)*(?:freundlich|best|herzlich|lieb|schön|viel|sonnig)(?:en|e|em)\s+{_GREETINGS}{_FROM}
    {_GREETINGS}{_FROM}|mfg|vg|lg|bg|sch(?:öne[sn]?|oene[sn]?)\s+(?:tag|wochenende|woche|abend)(?:\s+noch)?
    hochachtungsvoll|danke|have\s+a\s+(?:great|nice|good|lovely)\s+(?:day|week|weekend|evening|one)
    (?:vielen|herzlichen|besten)\s+dank(?:\s+(?:im\s+voraus|und\s+\S+\s+gr\S+))?
    (?:bien\s+|très\s+)?cordialement(?:\s+vôtre)?|cdlt|bien\s+(?:à\s+vous|amicalement)|salutations(?:\s+distinguées)?
    (?:sincères|meilleures|cordiales)\s+salutations|merci(?:\s+(?:beaucoup|d['’]avance|par\s+avance))?|à\s+bientôt
    bonne\s+(?:journée|soirée|réception)
    (?:un\s+)?(?:(?:cordial|atento)\s+)?saludos?(?:\s+cordiales)?|atentamente|(?:muchas\s+)?gracias|cordiali\s+saluti
    distinti\s+saluti|grazie(?:\s+mille)?|un\s+saluto|saluti|(?:met\s+)?vriendelijke\s+groet(?:en)?|groet(?:en|jes)?|mvg
    atenciosamente|cumprimentos|(?:com\s+os\s+)?melhores\s+cumprimentos|obrigad[oa]|mvh|hälsningar|pozdrawiam
    (?:med\s+)?vänliga?\s+hälsning(?:ar)?|(?:med\s+)?(?:vennlig|venlig)\s+hilsen|z\s+poważaniem|s\s+pozdravem
    с\s+уважением|(?:ystävällisin\s+)?terveisin
    """)
    + r"\s*[,.!–-]*$",
    re.IGNORECASE,
)
"""A closing formula on a line of its own."""

DISCLAIMER = re.compile(
    r"^\W{0,3}"
    + _any("""
    (?:this|the information (?:contained )?in this) (?:e-?mail|message|communication)\\b.{0,120}(?:confiden|privil)
    confidentiality notice|disclaimer|diese (?:e-?mail|nachricht) (?:enthält|ist)\\b.{0,60}vertraulich
    ce (?:message|courriel)\\b.{0,80}confidentiel|please consider the environment|bitte denken sie an die umwelt
    caution: this (?:e-?mail|message) originated
    """),
    re.IGNORECASE,
)
BANNER = re.compile(r"^\W{0,3}(?:caution|external|achtung|attention|externe?s?)\b.{0,20}[:!\]].{0,300}$", re.IGNORECASE)
"""What a mail gateway writes above a mail from outside."""

AWAY = re.compile(
    _any("""
    out of (?:the )?office|automatic(?: e-?mail)? reply|auto[- ]?(?:reply|response|responder|antwort)
    away from (?:the office|my (?:desk|mail))
    on (?:annual |parental |maternity |paternity )?(?:leave|vacation|holiday)\\b
    abwesenheit|automatische antwort|nicht (?:im (?:büro|haus|hause)|am platz)|im urlaub|außer haus
    réponse automatique|absente? du bureau|absence du bureau|en congés?\\b|message d['’]absence
    respuesta automática|fuera de (?:la )?oficina
    ausente de la oficina|risposta automatica|fuori (?:sede|ufficio)|assenza dall['’]ufficio|automatisch antwoord
    afwezig(?:heid)?|niet aanwezig|resposta automática|fora do escritório|ausência|automatiskt svar|autosvar|frånvaro
    automatisk svar|fravær|automaattinen vastaus|poissa|odpowiedź automatyczna|autoodpowiedź|nieobecno
    automatická odpověď|mimo kancelář|автоответ|автоматический ответ|отсутств|自动(?:回复|答复)|自動返信|不在通知
    자동 회신|otomatik yanıt
    """),
    re.IGNORECASE,
)
"""The subject of an absence note."""

RECEIPT = re.compile(
    r"ticket|case #|\[[A-Z]{2,}-\d+\]|received your|request received|eingangsbestätigung|accusé de réception|#\d{3,}",
    re.IGNORECASE,
)
"""The subject of a program's confirmation that something arrived."""

UNDELIVERED = re.compile(
    _any("""
    undeliver|not delivered|delivery (?:status notification|has failed|failure|incomplete|delayed)|returned mail
    failure notice|mail delivery|unzustellbar|nicht zugestellt|zustellung|non remis|échec de (?:la )?remise
    no se (?:pudo|puede) entregar|no entregado|mancata consegna|non recapitabile|onbestelbaar|kunde inte levereras
    недоставлен
    """),
    re.IGNORECASE,
)
"""The subject of a delivery report."""
