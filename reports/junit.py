"""A report as JUnit XML for test viewers: a suite per school, a test per finding; what could not be checked is an error."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from .items import Group, Item
from .model import AuditReport, Report, SchoolReport
from .report_language import plain
from .sentences import Sentences


def render(report: Report, language: str | None = None) -> str:
    """``report`` as XML text. Deviation: failure; could not be checked: error; question, deadline ahead or accepted:
    skipped with a message; in order: passed."""
    say = Sentences(report, language)
    schools = report.reports if isinstance(report, AuditReport) else (report,)
    root = ET.Element("testsuites", name=plain(say.title()))
    for school in schools:
        if school.items or school.problems or not isinstance(report, AuditReport):
            root.append(_suite(school, say))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(school: SchoolReport, say: Sentences) -> ET.Element:
    suite = ET.Element("testsuite", name=say.school_name(school), timestamp=school.as_of.isoformat())
    numbers = ET.SubElement(suite, "properties")
    for name, number in Sentences(school, say.words.language).counts():
        ET.SubElement(numbers, "property", name=name, value=number)
    for item in school.items:
        suite.append(_test(item, say))
    for problem in school.problems:
        test = ET.SubElement(suite, "testcase", classname=problem.case or "–", name=problem.kind)
        ET.SubElement(test, "error", type=problem.kind, message=say.problem(problem))
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(test.find(tag) is not None for test in suite)))
    return suite


_TAGS = {
    Group.DEVIATION: "failure",
    Group.UNKNOWN: "error",
    Group.DUE: "skipped",
    Group.REVIEW: "skipped",
    Group.ACCEPTED: "skipped",
}


def _test(item: Item, say: Sentences) -> ET.Element:
    finding = item.finding
    test = ET.Element(
        "testcase",
        classname=finding.case or say.words.gettext("årshjulet"),
        name=f"{finding.rule} {finding.scope}",
    )
    tag = _TAGS.get(item.group)
    if tag is None:
        return test
    details = [say.rule_title(finding.rule), say.status(item), say.deadline(item), say.to_do(item), *say.extras(item)]
    result = ET.SubElement(test, tag, message=" – ".join(filter(None, details)))
    if tag != "skipped":
        result.set("type", (finding.reason or finding.verdict).value)
    return test
