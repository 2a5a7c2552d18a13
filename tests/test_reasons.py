"""Reasons that people give: why, and never who. What is wrong is said without a word of it."""

from __future__ import annotations

import pytest

from skolemiljo.commands.reasons import checked, problems
from skolemiljo.domain.errors import SettingsError


@pytest.mark.parametrize(
    "reason",
    [
        "Tilsyn, sak 2026/117",
        "Møtet ble flyttet etter ønske fra hjemmet",
        "Tilsyn fra Statsforvalteren i Innlandet",
        "Klage til Utdanningsdirektoratet. Saken er sendt over",
        "Spørsmål fra PPT og BUP",
        "flytta",
        "i august per telefon, etter hans ønske",
        "vilja til heimen",
    ],
)
def test_a_reason_that_says_why(reason: str) -> None:
    assert checked(f" {reason} ") == reason


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "må si hvorfor"),
        ("  ", "må si hvorfor"),
        ("x", "sier ikke hvorfor"),
        ("xxxx", "sier ikke hvorfor"),
        ("ok", "sier ikke hvorfor"),
        ("Grunn.", "sier ikke hvorfor"),
        ("...", "sier ikke hvorfor"),
        ("foreldrene til 079114 90034 ba om det", "fødselsnummer"),
        ("Kari Nordmann ba om det", "ser ut til å ha et navn"),
        ("etter ønske fra Kari", "ser ut til å ha et navn"),
        ("moren, Anne-Lise, ba om det", "ser ut til å ha et navn"),
        ("Kari", "ser ut til å ha et navn"),
        ("kari ba om det", "ser ut til å ha et navn"),
        ("ANNE NORDMANN er flyttet", "ser ut til å ha et navn"),
        ("eleven K.N. er flyttet", "ser ut til å ha et navn"),
        ("kn@kommunen.example ba om det", "ser ut til å ha et navn"),
        ("ingen", "sier ikke hvorfor"),
        ("Ikke aktuelt", "sier ikke hvorfor"),
        ("som avtalt", "sier ikke hvorfor"),
        ("a b c d", "sier ikke hvorfor"),
        ("aaaa", "sier ikke hvorfor"),
        ("a" * 501, "høyst 500"),
    ],
)
def test_a_reason_that_must_be_written_again(reason: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        checked(reason)
    for part in ("Kari", "kari", "Anne", "ANNE", "K.N.", "kn@", "079114"):
        assert part not in str(raised.value)


def test_every_fault_is_told_at_once() -> None:
    assert len(list(problems("fra Kari 079114 90034"))) == 2
