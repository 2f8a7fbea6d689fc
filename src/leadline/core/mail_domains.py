"""E-mail addresses that say nothing about a company, or nothing about a person: free mail and shared mailboxes."""

from __future__ import annotations

FREE = frozenset(
    (
        "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.de yahoo.fr yahoo.it yahoo.es "
        "ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es outlook.com "
        "outlook.de outlook.fr live.com live.co.uk live.de live.fr msn.com aol.com icloud.com me.com mac.com gmx.de "
        "gmx.net gmx.com gmx.at gmx.ch web.de freenet.de t-online.de arcor.de bluewin.ch mail.ru bk.ru list.ru "
        "inbox.ru yandex.ru yandex.com rambler.ru ukr.net proton.me protonmail.com pm.me tutanota.com tuta.io "
        "orange.fr free.fr laposte.net wanadoo.fr sfr.fr neuf.fr libero.it virgilio.it alice.it tiscali.it terra.es "
        "telefonica.net sapo.pt wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz email.cz azet.sk freemail.hu "
        "citromail.hu abv.bg telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl home.nl hetnet.nl telia.com "
        "btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com comcast.net verizon.net att.net "
        "sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com shaw.ca rogers.com sympatico.ca "
        "bigpond.com optusnet.com.au xtra.co.nz uol.com.br bol.com.br terra.com.br qq.com 163.com 126.com sina.com "
        "sohu.com foxmail.com naver.com hanmail.net daum.net rediffmail.com zoho.com mail.com fastmail.com fastmail.fm "
        "hey.com hushmail.com inbox.com email.com usa.com mailinator.com"
    ).split()
)
"""Domains where anyone may have an address."""

SHARED = frozenset(
    (
        "info sales contact contacts office hello hi mail email enquiries enquiry inquiries inquiry support help "
        "helpdesk service services customerservice customercare care admin administration administrator accounts "
        "accounting accountspayable ap ar finance billing invoice invoices invoicing rechnung buchhaltung purchasing "
        "procurement einkauf orders order bestellung vertrieb verkauf marketing press media pr news newsletter jobs "
        "careers career hr recruiting recruitment bewerbung legal privacy gdpr datenschutz security abuse postmaster "
        "hostmaster webmaster web noreply no-reply donotreply do-not-reply reception frontdesk team all everyone staff "
        "kontakt zentrale post buero ventas contacto administracion compras commercial compta comptabilite accueil "
        "bonjour achats amministrazione acquisti ufficio biuro secretariat sekretariat partners partner reservations "
        "booking bookings events shop store returns shipping logistics dispatch export import it"
    ).split()
)
"""Local parts of mailboxes that several people read."""


def domain_of(address: str) -> str:
    """The domain of an e-mail address, lower case; '' where there is none."""
    local, at, domain = address.strip().lower().rpartition("@")
    return domain.strip().rstrip(".>") if at and local else ""


def local_of(address: str) -> str:
    """The part before the @ sign, lower case, without a '+tag'; '' where there is none."""
    local = address.strip().lower().rpartition("@")[0]
    return local.partition("+")[0] or local


def is_free(domain: str) -> bool:
    """Whether anyone may have an address under `domain`, so that it names no company."""
    return domain.strip().lower() in FREE


def is_shared(address: str) -> bool:
    """Whether several people read the mailbox, so that it names no person. Digits at the end do not count: info2@."""
    return local_of(address).rstrip("0123456789") in SHARED
