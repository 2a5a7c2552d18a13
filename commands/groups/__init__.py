"""The commands that stand under one word, one file for each word, which is loaded when that word is asked for."""

from __future__ import annotations

from ..program import LateGroup

GROUPS = {
    group.name: group
    for group in (
        LateGroup(
            "accept",
            __name__,
            help="Godta et avvik for en tid, med begrunnelse. Det vises i hver rapport, og utløper av seg selv.",
        ),
        LateGroup("calendar", __name__, help="Skoleruta."),
        LateGroup("config", __name__, help="Innstillingene."),
        LateGroup("cycle", __name__, help="Årshjulet (1310.no)."),
        LateGroup("flags", __name__, help="Flaggene på sakene: det vi har skrevet tilbake."),
        LateGroup(
            "fleet",
            __name__,
            help="Mange kommuner i én natt: en mappe med en mappe for hver, med innstillinger, hemmeligheter og lager.",
        ),
        LateGroup("mapping", __name__, help="Hva leverandøren kaller feltene, ordene og loggtypene."),
        LateGroup(
            "mock",
            __name__,
            help="En oppdiktet kommune og etterligninger av begge leverandørene, til prøving. Aldri i produksjon.",
        ),
        LateGroup(
            "new",
            __name__,
            help="Begynn på noe eget: en adapter til et annet fagsystem, eller planen til en annen kommune.",
        ),
        LateGroup("plan", __name__, help="Kommunens plan: dekning, ordlyd og sammenligning."),
        LateGroup(
            "runlog",
            __name__,
            help="Kjøreloggen: hvem gjorde hva når, uten innhold, lenket slik at ingen linje kan endres uten at det ses.",
        ),
        LateGroup("school", __name__, help="Skolene som nattkjøringen kjenner."),
        LateGroup("store", __name__, help="Lageret: det som huskes mellom nettene. Ingen navn og ingen tekst."),
        LateGroup(
            "workbook",
            __name__,
            help="Arbeidsbøker for en kommune uten API: saker inn, og det som skal føres for hånd, ut og tilbake.",
        ),
    )
}
"""What stands under each word; the commands themselves stand in the file of its name."""
