"""Rule pages and schemas for a terminal."""

from __future__ import annotations

import json
import os
from gettext import gettext as _
from gettext import ngettext
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..domain.errors import SettingsError
from ..plans.loader import plan_words
from ..validators import RULES
from . import rule_page


def explain(name: str | None, *, every: bool, plan: str, form: str, language: str) -> str:
    """One rule's page, or all of them. Raises SettingsError for a name that no rule has."""
    if name is None and not every:
        raise SettingsError(_("hvilken regel? Skriv koden, eller --all"))
    rules = list(RULES.values()) if every else [rule_page.find(name or "", RULES)]
    loaded = plan_words(plan)
    if form == "json":
        found = [rule_page.data(rule, loaded, language) for rule in rules]
        return json.dumps(found if every else found[0], ensure_ascii=False, indent=2)
    if form == "markdown":
        return "\n".join(rule_page.markdown(rule, loaded, language) for rule in rules)
    return "\n\n\n".join(rule_page.all_pages(rules, loaded, language))


def disputed(name: str, settings: Path | None, secrets: Path | None) -> str | None:
    """What people have said of the rule, where the settings lead to a run log that tells."""
    if settings is None and not os.environ.get("SKOLEMILJO_SETTINGS"):
        return None
    from .run_log_lines import disputes
    from .workplace import Workplace

    number = disputes(Workplace(settings, secrets).settings.run_log_path)[rule_page.find(name, RULES).code]
    if not number:
        return None
    said = ngettext(
        "Omstridt: noen mener at verktøyet tar feil i {n} sak.",
        "Omstridt: noen mener at verktøyet tar feil i {n} saker.",
        number,
    )
    return said.format(n=number)


def schema(what: str) -> str:
    """The JSON Schema of one of the formats."""
    from ..domain.annual_cycle import CycleFacts
    from ..domain.case import Case
    from ..domain.flag import ComplianceRecord
    from ..domain.plan import MunicipalPlan
    from ..domain.school import School
    from ..domain.verdict import Finding

    if what == "report":
        return files("skolemiljo.reports").joinpath("schema/report.schema.json").read_text("utf-8").rstrip("\n")
    models: dict[str, Any] = {
        "case": Case,
        "school": School,
        "cycle": CycleFacts,
        "flag": ComplianceRecord,
        "finding": Finding,
        "plan": MunicipalPlan,
    }
    return json.dumps(models[what].model_json_schema(), ensure_ascii=False, indent=2)
