"""Every true leak of the real sets is found, under their own names and under others."""

import time

import numpy as np
import pytest

from leadline.core.errors import ColumnNotFound
from leadline.learn.leakage.guard import hunt
from leadline.learn.outcome import read_outcome
from leadline.learn.roles import find_roles

SETS = ["ibm", "crm", "crm_joined", "olist", "bank", "metals", "software", "web", "tender"]

# Names that the leaks might have had elsewhere.
RENAMED = {
    "ibm": {
        "Elapsed Days In Sales Stage": ["Weeks parked in the funnel phase", "Verstrichene Tage in der Verkaufsphase",
                                        "Jours écoulés dans l'étape", "Días transcurridos en la etapa"],
        "Sales Stage Change Count": ["pipeline_hops", "Anzahl Phasenwechsel", "Nombre de changements d'étape",
                                     "Número de cambios de etapa"],
        "Total Days Identified Through Closing": ["lead_to_close_days", "Gesamttage bis Abschluss",
                                                  "Durée totale du cycle de vente", "Duración del ciclo de venta"],
        "Total Days Identified Through Qualified": ["time_to_qualify", "Tage bis Qualifizierung",
                                                    "Jours jusqu'à la qualification", "Días hasta la calificación"],
        "Ratio Days Identified To Total Days": ["identified_days_pct", "Anteil Tage identifiziert",
                                                "Part des jours identifiés", "Proporción de días identificados"],
        "Ratio Days Validated To Total Days": ["Share of time in validation", "Anteil Tage validiert",
                                               "Part des jours validés", "Proporción de días validados"],
        "Ratio Days Qualified To Total Days": ["pct_cycle_qualified", "Anteil Tage qualifiziert",
                                               "Part des jours qualifiés", "Proporción de días calificados"],
    },
    "crm": {
        "close_date": ["decided_at", "Abschlussdatum", "Date de clôture", "Fecha de cierre"],
        "close_value": ["won_amount", "Abschlusswert", "Montant gagné", "Importe ganado"],
    },
    "bank": {"duration": ["talk_seconds", "Gesprächsdauer", "Durée de l'appel", "Duración de la llamada"]},
    "software": {
        "Close Date": ["deal_ended_on", "Datum des Abschlusses", "Date de signature", "Fecha de firma"],
        "Billing Plan": ["Invoicing cadence", "Abrechnungsplan", "Plan de facturation", "Plan de facturación"],
        "ACV": ["Yearly contract worth", "Jahresvertragswert", "Valeur annuelle du contrat", "Valor anual de contrato"],
        "Discount Amount": ["Price concession", "Rabattbetrag", "Montant de la remise", "Importe del descuento"],
        "Net Amount": ["Amount less rebate", "Nettobetrag", "Montant net", "Importe neto"],
    },
    "web": {"PageValues": ["avg page worth", "Seitenwert", "Valeur de page", "Valor de página"]},
}  # fmt: skip
# Leaks that the cells alone betray, whatever the name.
VISIBLE = {
    "crm": ["close_value", "close_date"],
    "olist": ["sdr_id", "won_date", "business_segment", "has_company", "declared_monthly_revenue"],
    "software": ["Billing Plan", "Discount Amount", "Net Amount", "Close Date"],
    "web": ["PageValues"],
    "ibm": ["Ratio Days Identified To Total Days", "Ratio Days Validated To Total Days",
            "Ratio Days Qualified To Total Days", "Total Days Identified Through Closing",
            "Total Days Identified Through Qualified"],
}  # fmt: skip


def _hunted(table, outcome, keep=()):
    reading, labels = read_outcome(table, outcome)
    roles = find_roles(table, reading.column)
    return roles, hunt(table, roles, labels, keep)


def _renamed(table, names):
    return table.rename_columns([names.get(name, name) for name in table.column_names])


@pytest.mark.parametrize("name", SETS)
def test_recall_and_false_alarms(real, real_sets, name):
    one = real_sets[name]
    _, hunted = _hunted(real(name), one.outcome)
    found = {left.column: left for left in hunted.left_out if left.column}
    assert one.leaks <= set(found)
    alarms = [
        column
        for column, left in found.items()
        if column not in one.leaks | one.either and left.kind not in ("order", "identifier")
    ]
    assert len(alarms) == 0, alarms
    assert all(left.reason[0].isupper() and len(left.reason) > 20 for left in hunted.left_out if left.column)


@pytest.mark.parametrize("name", sorted(RENAMED))
@pytest.mark.parametrize("variant", range(4))
def test_other_names_and_languages(real, real_sets, name, variant):
    one = real_sets[name]
    names = {old: new[variant] for old, new in RENAMED[name].items()}
    _, hunted = _hunted(_renamed(real(name), names), one.outcome)
    found = {left.column for left in hunted.left_out if left.kind not in ("order", "identifier", "repeat")}
    assert set(names.values()) <= found
    assert len(found - set(names.values())) <= 1


@pytest.mark.parametrize("name", sorted(VISIBLE))
def test_neutral_names(real, real_sets, name):
    table, one = real(name), real_sets[name]
    outcome = one.outcome.split("=")[0]
    names = {old: f"x{at}" for at, old in enumerate(table.column_names) if old != outcome}
    _, hunted = _hunted(_renamed(table, names), one.outcome)
    found = {left.column for left in hunted.left_out if left.kind not in ("order", "identifier", "repeat")}
    assert {names[old] for old in VISIBLE[name]} <= found
    assert len(found - {names[old] for old in one.leaks}) <= 1


def test_keep_overrides_and_says_so(real, real_sets):
    _, hunted = _hunted(real("software"), real_sets["software"].outcome, keep=["ACV"])
    kept = {left.column for left in hunted.left_out if left.kept}
    assert kept == {"ACV"}
    with pytest.raises(ColumnNotFound, match="ACV"):
        _hunted(real("software"), real_sets["software"].outcome, keep=["ACVX"])


def test_repeats_are_told(real, real_sets):
    table = real("tender")
    _, hunted = _hunted(table, real_sets["tender"].outcome)
    rows = list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    assert hunted.repeats.sum() == len(rows) - len(set(rows))
    assert hunted.left_out[-1].kind == "repeat"


def test_cpu_time(real, real_sets):
    table, one = real("ibm"), real_sets["ibm"]
    reading, labels = read_outcome(table, one.outcome)
    hunt(table.slice(0, 2000), find_roles(table.slice(0, 2000), reading.column), labels[:2000])
    start = time.process_time()
    hunt(table, find_roles(table, reading.column), labels)
    assert time.process_time() - start < 1.5


def test_the_same_answer_twice(real, real_sets):
    first, second = (_hunted(real("web"), real_sets["web"].outcome)[1] for _ in range(2))
    assert first.left_out == second.left_out
    assert np.array_equal(first.repeats, second.repeats)
