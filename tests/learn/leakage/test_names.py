"""Names given away: other words, ten languages, and honest names that must stay.

Three lists were written after the lexicon, one after the other. On first sight it knew 184 of 204, 156 of 180 (ten
languages) and 73 of 90; then it was mended. The fourth list was written last and the lexicon was not changed for it:
56 of 60.
"""

import pytest

from leadline.learn.headers import is_neutral, words_of
from leadline.learn.leakage.names import concepts_of, suspicion

FIRST = """
Time spent at current milestone; Days sitting in step; stage_dwell_time; Wochen in der aktuellen Phase; Verstrichene
Tage in der Verkaufsphase; Jours écoulés dans l'étape de vente; Días transcurridos en la etapa de venta;
DaysInPipelineStep; Number of funnel transitions; pipeline_hops; How often the phase moved; Anzahl der
Phasenwechsel; Nombre de changements d'étape; Número de cambios de etapa; step_switches_n; Count of status changes;
Overall length from discovery to signature; lead_to_close_days; Pursuit duration (days); Gesamttage von
Identifizierung bis Abschluss; Total des jours de l'identification à la clôture; Total de días desde la
identificación hasta el cierre; Sales cycle length; full cycle time in days; Days until qualification;
time_to_qualify; Span from first sight to vetted; Gesamttage von Identifizierung bis Qualifizierung; Total des jours
de l'identification à la qualification; Total de días desde la identificación hasta la calificación;
days_spent_before_validation; Lead ripening time (days); Share of time in identification; pct_cycle_identified;
Fraction of days spent scoping; Anteil Tage identifiziert an Gesamttagen; Part des jours identifiés sur le total;
Proporción de días identificados sobre el total; Portion of the journey at discovery; Share of time in validation;
pct_cycle_validated; Fraction of days spent vetting; Verhältnis validierter Tage zu Gesamttagen; Ratio jours validés
/ total jours; Relación de días validados a días totales; Proportion of elapsed weeks under validation; Share of
time in qualification; pct_cycle_qualified; Fraction of days spent qualifying; Anteil qualifizierter Tage; Part du
temps en qualification; Porcentaje de días en calificación; qualification phase as a percentage of whole;
deal_ended_on; Date signed; resolution_date; Abschlussdatum; Date de clôture; Fecha de cierre; Data di chiusura;
Sluitingsdatum; Avslutsdatum; Päättymispäivä; Data zamknięcia; decided_at; won_or_lost_on; Finish date; Contract
date; completion date; Entscheidungsdatum; date_de_signature; fecha de firma; final deal value; won_amount; closed
revenue; Abschlusswert; Valeur de clôture; Valor de cierre; booked revenue; realised value; amount_at_close;
contract_value_signed; Umsatz bei Gewinn; call_length; talk_seconds; conversation time; Gesprächsdauer; Durée de
l'appel; Duración de la llamada; handle_time; Dauer; durée; minutes on the phone; Anrufdauer in Sekunden;
length_of_conversation; puhelun kesto; samtalslängd; gespreksduur; czas rozmowy; durata chiamata; payment schedule;
invoice frequency; Instalment scheme; Abrechnungsplan; Plan de facturation; Plan de facturación; subscription_term;
Zahlungsplan; annual contract value; yearly contract worth; Jahresvertragswert; valeur annuelle du contrat; valor
anual del contrato; recurring revenue per year; annualised deal size; ARR; rebate; price concession; Rabattbetrag;
Montant de la remise; Importe del descuento; markdown_value; sconto; korting bedrag; reduction granted; amount after
discount; final price; Nettobetrag; Montant net; Importe neto; net deal value; price agreed; amount less rebate; avg
page worth; page_revenue; Seitenwert; valeur de page; valor de página; Last Activity; last_modified;
LastModifiedDate; last touch; latest interaction date; updated_at; Letzte Aktivität; Dernière activité; Última
actividad; most recent contact; Zuletzt geändert am; date de dernière modification; last note date; last seen; Lost
reason; closed_lost_reason; reason for loss; Verlustgrund; Motif de perte; Motivo de pérdida; why we lost;
disqualification reason; Win/loss reason; Absagegrund; raison du refus; competitor who won; churn cause; cause of
defeat; primary loss driver; Lead Quality; deal_stage_current; Probability (%); Forecast category; win likelihood;
sales rep rating; Stage; Lead Status; opportunity score; Wahrscheinlichkeit; Probabilité; Probabilidad;
Verkaufsphase; Étape; Etapa; deal temperature; rep confidence; commit level; Lead Profile; Tags; next step; Invoice
number; invoice_date; activation_date; onboarding start; PO number; contract_signed; payment received date;
Rechnungsdatum; Date de facture; Fecha de factura; go_live_date; order_date; kickoff date; delivery date;
Auftragsnummer; date de livraison
"""
SECOND = """
Weeks parked in the funnel phase; stage_age_days; Hours at pipeline gate; Verweildauer in der Phase (Tage); Durée
passée dans la phase commerciale; Tiempo en la fase de ventas; Giorni trascorsi nella fase di vendita; Dias
decorridos na etapa de vendas; Verstreken dagen in verkoopfase; Förflutna dagar i säljsteget; Kuluneet päivät
myyntivaiheessa; Dni spędzone na etapie sprzedaży; stage_moves; Times the deal progressed through the pipeline;
Tally of phase shifts; Zahl der Stufenübergänge; Nb de passages d'étape; Cantidad de movimientos de fase; Numero di
cambi di fase; Número de mudanças de etapa; Aantal fasewisselingen; Antal fasbyten; Vaiheiden vaihtojen lukumäärä;
Liczba zmian etapu; How many days it took to land the deal; opportunity_lifespan; Elapsed time start to finish;
Verkaufszyklus in Tagen; Durée totale du cycle de vente; Duración del ciclo de venta; Durata del ciclo di vendita;
Duração do ciclo de vendas; Doorlooptijd verkoop; Säljcykelns längd; Myyntisyklin pituus; Długość cyklu sprzedaży;
Days from spotted to qualified; qualification_lag_days; Sum of days prior to validation; Tage von Identifikation zu
Qualifikation; Jours entre identification et qualification; Días entre identificación y calificación; Giorni da
identificazione a qualifica; Dias entre identificação e qualificação; Dagen tot kwalificatie; Dagar till
kvalificering; Päivät kvalifiointiin; Dni do kwalifikacji; identified_days_pct; Relative time validating; Slice of
the cycle spent qualifying; Prozentsatz der Zeit in Validierung; Pourcentage de jours validés; Fracción de tiempo en
validación; Percentuale giorni identificati; Percentagem de dias qualificados; Aandeel dagen gevalideerd; Andel
dagar identifierade; Osuus päivistä validoinnissa; Udział dni w kwalifikacji; deal_closed; Day of decision;
award_dt; Datum des Abschlusses; Date de signature du contrat; Fecha de cierre real; Data di firma; Data de
fechamento; Datum gesloten; Datum för avslut; Kaupan päättämispäivä; Data wygranej; won_value; Signed deal amount;
Revenue once closed; Gewonnener Betrag; Montant gagné; Importe ganado; Importo vinto; Valor ganho; Gewonnen bedrag;
Vunnet belopp; Voitettu summa; Wygrana kwota; how long the call lasted; phone_minutes; seconds_talked;
Telefonatdauer; temps d'appel; minutos de conversación; lunghezza telefonata; duração da chamada; belduur;
samtalstid; keskustelun kesto; długość rozmowy; Deducted amount; rabatt_eur; price_cut; Preisnachlass; ristourne
accordée; rebaja; sconto applicato; valor do desconto; verleende korting; beviljad rabatt; myönnetty alennus;
udzielony rabat; Invoicing cadence; payment rhythm; How often billed; Rechnungsintervall; Périodicité de paiement;
Frecuencia de facturación; Frequenza di fatturazione; Periodicidade de pagamento; Facturatiefrequentie;
Faktureringsintervall; Laskutusjakso; Częstotliwość fakturowania; contract value per annum; yearly subscription
amount; arr_eur; Jahreswert des Vertrags; montant annuel du contrat; importe anual de contrato; valore annuo
contratto; valor anual contratado; jaarlijkse contractwaarde; årligt kontraktsvärde; sopimuksen vuosiarvo; roczna
wartość umowy; most_recent_touch; recency of last call; latest_edit; Datum der letzten Änderung; Date dernière
interaction; Fecha de última modificación; Data ultima attività; Data da última atualização; Laatst gewijzigd;
Senast uppdaterad; Viimeisin muokkaus; Data ostatniej aktywności; Why it fell through; rejection cause; explanation
of loss; Grund der Ablehnung; Cause de la perte; Razón de la pérdida; Motivo della perdita; Motivo da perda; Reden
van verlies; Förlustorsak; Häviön syy; Powód przegranej; Chance to win; rep's gut rating of deal; Lead temperature;
Abschlusswahrscheinlichkeit; Probabilité de gain; Probabilidad de cierre; Probabilità di chiusura; Probabilidade de
fechamento; Slagingskans; Sannolikhet att vinna; Voiton todennäköisyys; Prawdopodobieństwo wygranej; bill_no;
first_payment_date; signed contract on; Aktivierungsdatum; numéro de commande; fecha de activación; data ordine;
data de ativação; factuurdatum; fakturadatum; laskun päivä; data faktury
"""
THIRD = """
Days logged against current phase; Time on step; pipeline dwell in weeks; Tage seit Phaseneintritt; Nombre de jours
dans l'étape; Días en fase actual; Stage hops; Quantity of phase alterations; number of steps taken; Häufigkeit der
Phasenänderung; Fréquence des changements de phase; Veces que cambió de etapa; Run time of the opportunity in days;
Chase length; total days in play; Laufzeit der Verkaufschance; Délai jusqu'à la décision; Días hasta la firma; Days
before the lead was vetted; Qualify duration; time taken to validate; Dauer bis zur Qualifizierung; Délai de
qualification; Plazo de calificación; Identified days / total days; percent of elapsed time negotiating; Validation
share of cycle; Zeitanteil Qualifizierung; Quote-part du cycle en validation; Cuota de tiempo identificado; ended
at; Settlement date; Conversion timestamp; Tag der Entscheidung; jour de la signature; día de la adjudicación;
Amount on award; Settled price; Converted revenue; Zuschlagssumme; montant conclu; importe adjudicado; speaking
time; length of chat by phone; call mins; Dauer des Telefonats; longueur de l'entretien; tiempo al teléfono;
allowance; price reduction; knocked-off amount; Nachlass in Prozent; rabais; bonificación; Charge frequency; Payment
terms plan; Billing interval; Zahlungsrhythmus; échéancier de paiement; plan de pagos; Subscription value per year;
contracted annual amount; annualized agreement value; Vertragswert pro Jahr; contrat: valeur par an; valor de
contrato por año; Last contacted on; recent updates; date last edited; Letzter Kontakt am; dernier échange; último
contacto; Loss explanation; grounds for rejection; what killed it; Warum verloren; pourquoi perdu; por qué se
perdió; Deal confidence; estimated odds of winning; pipeline status; Einschätzung des Verkäufers; pronostic
commercial; valoración del vendedor; Invoice total; deployment day; date order placed; Liefertermin; date
d'activation; fecha de entrega
"""
FOURTH = """
Days on the current rung; Phase dwell hours; Total elapsed weeks; Number of stage updates; Step change tally;
sales_velocity_days; Opportunity age at decision; time from lead to sale; Days to award; cycle_days; Fraction of
pipeline time in vetting; % of days in negotiation; Closed on; Won at; Contract signature date; date_lost; Value
when won; Closing amount; Length of phone talk; call_secs; conversation_duration; Given rebate; Discount pct;
Instalment plan; Invoice schedule; Annual subscription; TCV; Last call date; Modified by; latest note; Reason deal
was lost; Loss category reason; Rejected because; Probability of close; sales_forecast_category; Lead grade;
Opportunity stage; Activation day; Shipment date; Invoice paid on; Dauer der Verkaufsphase; Tage im Trichter;
Wechsel der Phase; Anteil an Gesamtzyklus; Datum des Zuschlags; Grund für Absage; Letzte Änderung; Temps passé en
négociation; Date de perte; Motif du refus; Part du cycle; Fecha de pérdida; Motivo de rechazo; Tiempo de ciclo;
Duração da ligação; Motivo della sconfitta; Data firma contratto; Reden afwijzing; Orsak till förlust; Kaupan kesto
"""
HONEST = """
Region; Industry; Lead Source; Company Size; Employees; Annual Revenue; Country; City; Billing Country; Shipping
City; Product; Product Category; Opportunity Amount USD; Opportunity Amount; Amount; Quantity; Unit Price; List
Price; Cost per lb; Client Size By Revenue; Client Size By Employee Count; Revenue From Client Past Two Years; Deal
Size Category; Competitor Type; Competitor; Route To Market; Supplies Group; Sales Agent; Owner; Owner Region; Sales
Team; Manager; Regional Office; Created Date; First Contact Date; Inquiry Date; Date of birth; Age; Job; Marital
status; Education; Balance; Housing; Loan; Campaign; Month; Day of week; Previous contacts; pdays; poutcome; Total
Time Spent on Website; TotalVisits; Page Views Per Visit; Administrative_Duration; ProductRelated_Duration;
BounceRates; ExitRates; SpecialDay; Browser; VisitorType; Number of employees; Number of bidders; Year established;
Company age; Years as customer; Customer since; Subsidiary of; Parent account; Payment terms; Preferred payment
method; Requested delivery days; Contract type; Current contract length; Trial users; Open tickets last year;
Purchases last year; Orders last 12 months; Last year's revenue; Last order amount; Previous deals won; Win rate of
industry; Credit rating; Customer segment; Account type; Account tier; Decision maker level; Number of decision
makers; Buying role; Job title; Seniority; Email domain; Website; Landing page; UTM source; Channel; Origin;
Language; Time zone; Has CRM; Technology stack; Number of locations; Fleet size; Budget; Budget confirmed;
Requirements; Description; Pain points; Use case; New Logo; Type; Segment; Currency; Exchange rate; Base price;
Estimated cost; Margin; Weight; Warranty months; Score of site audit; Number of competitors; Call center; Phone
type; Contact channel; Meetings booked by partner; Business segment; Lead type; Lead behaviour profile; Catalogue
size; Stock; Branche; Bundesland; Mitarbeiterzahl; Umsatz; Erstellungsdatum; Quelle; Anzahl Mitarbeiter; Secteur;
Chiffre d'affaires; Effectif; Pays; Date de création; Source; Sector; Facturación anual; Empleados; País; Fecha de
creación; Origen; Settore; Fatturato; Dipendenti; Data creazione; Lag price; Time; Notice period; Interest rate;
Euribor; Consumer confidence index; Employment variation rate; Quarter; Season; Holiday; Distance to site km;
Delivery country; Installed base; Number of licences; Seats; Newsletter subscriber; Opened email count; Clicks;
Webinar attended; Demo requested; Form fields filled; Lead time requested; Product lifetime; Machine age; Building
age; Lot size; Sample ordered; Quote version; Closing stock value; Total assets; Overall equipment count; Territory;
Vertical; Business unit; Prospect country; Lead origin; Referral partner; Number of stakeholders; Existing supplier;
Years in business; Headcount band; Postal code; Requested quantity; Desired start date; Budget range; RFP received
date; Registration date; Enquiry channel; First visit date; Sessions before enquiry; Downloads; Brochure requested;
Product interest; Preferred language; Plant capacity; Shift count; Machine type; Order book of client; Client since;
Past orders; Tonnage last year; Average order value past 12 months; Open invoices of client; Credit limit; Payment
history score; D&B rating; Industry growth; GDP growth; Steel price index; Raw material cost; Target price;
Competitor price; Incumbent; Relationship length years; Parent company size; Export share; Share of wallet; R&D
ratio; Gross margin; Staff turnover rate; Funding stage; Product stage; Company stage; Tech readiness level; Website
visits; Time on pricing page; Session duration; Video watch time; Kundengruppe; Postleitzahl; Anfragedatum;
Produktgruppe; Menge; Listenpreis; Vertriebsgebiet; Kanal; Groupe client; Code postal; Quantité; Prix catalogue;
Canal; Date de demande; Région; Grupo de clientes; Código postal; Cantidad; Precio de lista; Fecha de solicitud;
Canal de venta; Zona; Gruppo; Quantità; Regione; Quantidade; Região; Hoeveelheid; Regio; Aanvraagdatum; Kvantitet;
Maakunta; Toimiala; Henkilöstömäärä; Branża; Województwo; Ilość; Salesperson; Sales region; Sales channel; Deal
type; Opportunity type; Lead country; Lead language; Project type; Project size m2; Number of sites; Number of
users; Contact title; Contact department; Decision process; Buying committee size; Time in role of contact; Fiscal
year end; Season of enquiry; Weekday; Inbound; Price per unit; Volume tier; Freight terms; Incoterm; Warranty
wanted; Service level; Sample requested
"""


def _names(text):
    return [" ".join(name.split()) for name in text.split(";")]


def _known(text):
    names = _names(text)
    missed = [name for name in names if not suspicion(name)]
    return 1 - len(missed) / len(names), missed


@pytest.mark.parametrize("names", [FIRST, SECOND, THIRD])
def test_names_that_the_lexicon_was_mended_for(names):
    share, missed = _known(names)
    assert share >= 0.93, missed


def test_names_that_it_was_not_written_for():
    share, missed = _known(FOURTH)
    assert share >= 0.8, missed


def test_honest_names_stay():
    alarms = [name for name in _names(HONEST) if (charge := suspicion(name)) and charge.need == "none"]
    assert alarms == []
    assert sum(suspicion(name) is not None for name in _names(HONEST)) <= 4


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("LAST_MODIFIED_DATE", "after"),
        ("lastModifiedDate", "after"),
        ("Expected Close Date", "seller"),
        ("Probability (%)", "seller"),
        ("is_won", "answer"),
        ("Result", "answer"),
        ("daystoclose", "after"),
    ],
)
def test_spelling_and_kind(header, kind):
    charge = suspicion(header)
    assert charge is not None
    assert charge.kind == kind
    assert charge.need == "none"


def test_words_of_a_header():
    assert words_of("DaysInSalesStage#") == ("days", "in", "sales", "stage", "no")
    assert words_of("Größe_Straße") == ("grosse", "strasse")
    assert words_of("") == ()
    assert suspicion("") is None
    assert suspicion("東京") is None


@pytest.mark.parametrize("header", ["x7", "col_12", "Unnamed: 3", "12", "feature3", "V1"])
def test_neutral_headers(header):
    assert is_neutral(header)


@pytest.mark.parametrize("header", ["Region", "x_close", "age"])
def test_headers_that_say_something(header):
    assert not is_neutral(header)


def test_compounds_hold_their_parts():
    assert {"close", "date"} <= concepts_of("abschlussdatum")
    assert {"stage", "move"} <= concepts_of("phasenwechsel")
    assert "result" not in concepts_of("poutcome")
    assert "share" not in concepts_of("duration")
