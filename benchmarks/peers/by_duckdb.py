"""DuckDB: SQL over the columns that the questions need, which it reads from the file itself."""

from __future__ import annotations

import duckdb
from contract import AT_THE_SCHOOL, PLACEHOLDERS, QUESTIONS, TODAY, Missing, Row, serve

COLUMNS = {
    "id": "VARCHAR",
    "activity_plans": "STRUCT(id VARCHAR, plan VARCHAR, version INTEGER, status VARCHAR, problem VARCHAR, summary_of_enquiry VARCHAR,"
    ' measures_text VARCHAR, "when" VARCHAR, responsible VARCHAR, evaluate_on VARCHAR, measures STRUCT(id VARCHAR, "text" VARCHAR,'
    ' "start" VARCHAR, "end" VARCHAR, "when" VARCHAR, responsible VARCHAR, responsible_role STRUCT("role" VARCHAR), evaluate_on VARCHAR)[])[]',
    "severity": 'STRUCT(serious BOOLEAN, "at" VARCHAR)[]',
    "suspicions": "STRUCT(suspected VARCHAR)[]",
    "pupils": "STRUCT(ref VARCHAR, part VARCHAR, identified_at VARCHAR)[]",
    "notices": "STRUCT(id VARCHAR, happened_at VARCHAR, source VARCHAR, channel VARCHAR, receiver STRUCT(role VARCHAR), pupils VARCHAR[])[]",
    "log": "STRUCT(id VARCHAR, kind VARCHAR, happened_at VARCHAR, deleted_at VARCHAR, pupils VARCHAR[])[]",
}
LISTED = ", ".join(f"'{text}'" for text in PLACEHOLDERS)
STAFF = ", ".join(f"'{one}'" for one in AT_THE_SCHOOL)
VIEWS = f"""
CREATE MACRO filled(words) AS words IS NOT NULL AND trim(words) NOT IN ({LISTED});
CREATE MACRO day(moment) AS substr(moment, 1, 10);
CREATE MACRO rowof(plan, measure) AS
  'plan:' || plan.plan || '/version:' || plan.version || coalesce('/measure:' || measure.id, '');
CREATE VIEW plans AS
  SELECT number, id, plan FROM (SELECT number, id, unnest(activity_plans) AS plan FROM cases) WHERE plan.status = 'current';
CREATE VIEW measures AS
  SELECT number, id, plan, unnest(CASE WHEN len(plan.measures) > 0 THEN plan.measures ELSE [NULL] END) AS measure FROM plans;
CREATE VIEW of_plans AS
  SELECT 'AP-A' AS code, *, filled(plan.problem) AS whole FROM plans
  UNION ALL SELECT 'AP-B', *, filled(plan.measures_text) OR (coalesce(len(plan.measures), 0) > 0
    AND len(list_filter(plan.measures, lambda one: NOT filled(one.text))) = 0) FROM plans
  UNION ALL SELECT 'TI-08', *, filled(plan.summary_of_enquiry) FROM plans;
CREATE VIEW of_measures AS
  SELECT 'AP-C' AS code, *, measure.start IS NOT NULL OR measure."end" IS NOT NULL OR filled(measure."when") OR filled(plan."when") AS whole
    FROM measures
  UNION ALL SELECT 'AP-D', *, measure.responsible_role IS NOT NULL OR filled(measure.responsible) OR filled(plan.responsible) FROM measures
  UNION ALL SELECT 'AP-E', *, measure.evaluate_on IS NOT NULL OR plan.evaluate_on IS NOT NULL FROM measures;
CREATE VIEW owed AS
  SELECT number, id, notice, pupil.ref AS pupil, greatest(day(notice.happened_at), coalesce(day(pupil.identified_at), '')) AS day
  FROM (SELECT number, id, notice, unnest(pupils) AS pupil FROM (SELECT number, id, pupils, unnest(notices) AS notice FROM cases))
  WHERE pupil.part = 'affected' AND (coalesce(len(notice.pupils), 0) = 0 OR list_contains(notice.pupils, pupil.ref));
CREATE VIEW telling AS
  SELECT number, NULL AS notice, unnest(entry.pupils) AS pupil, {{'day': day(entry.happened_at), 'place': place, 'id': entry.id}} AS said
    FROM (SELECT number, unnest(log) AS entry, generate_subscripts(log, 1) AS place FROM cases)
    WHERE entry.kind = 'pupil_told' AND entry.deleted_at IS NULL
  UNION ALL SELECT number, notice.id, pupil, {{'day': day(notice.happened_at), 'place': 0, 'id': notice.id}} FROM owed
    WHERE notice.source = 'pupil' AND notice.channel IN ('oral', 'phone') AND notice.receiver.role = 'rector';
CREATE VIEW told AS
  SELECT owed.number, owed.id, owed.notice.id AS notice, owed.pupil, owed.day, min(said) AS said FROM owed LEFT JOIN telling
    ON owed.number = telling.number AND owed.pupil = telling.pupil AND coalesce(telling.notice, owed.notice.id) = owed.notice.id
    AND said.day >= owed.day
  GROUP BY ALL;
"""
MISSING = f"""
SELECT code, id FROM (
  SELECT DISTINCT code, number, id FROM of_plans WHERE NOT whole
  UNION ALL SELECT DISTINCT code, number, id FROM of_measures WHERE NOT whole
  UNION ALL SELECT 'VA-09', number, id FROM cases
    WHERE len(list_filter(severity, lambda one: one.serious AND day(one."at") < '{TODAY}')) > 0
    AND coalesce(len(list_filter(suspicions, lambda one: one.suspected IN ({STAFF}))), 0) = 0
    AND coalesce(len(list_filter(log, lambda one: one.kind = 'owner_notified')), 0) = 0
    AND coalesce(len(list_filter(notices, lambda one: one.receiver.role = 'owner')), 0) = 0
  UNION ALL SELECT DISTINCT 'VA-08', number, id FROM told WHERE day < '{TODAY}' AND (said IS NULL OR said.day <> day)
) ORDER BY number
"""
ROWS = f"""
SELECT id, code, rowof(plan, NULL::STRUCT(id VARCHAR)), CASE WHEN whole THEN 'met' ELSE 'deviation' END, NULL, [plan.id] FROM of_plans
UNION ALL SELECT id, code, rowof(plan, measure), CASE WHEN whole THEN 'met' ELSE 'deviation' END, NULL, [plan.id] FROM of_measures
UNION ALL SELECT id, 'VA-08', 'notice:' || notice || '/pupil:' || pupil,
  CASE WHEN said.day = day THEN 'met' WHEN day >= '{TODAY}' THEN 'due' ELSE 'deviation' END,
  day, CASE WHEN said IS NULL THEN [] ELSE [said.id] END FROM told
"""


class DuckDb:
    """A table of cases, and views over it."""

    questions = tuple(QUESTIONS)

    def load(self, file: str) -> duckdb.DuckDBPyConnection:
        """A table, with the other columns left where they are."""
        database = duckdb.connect()
        columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items()) + "}"
        read = f"read_json('{file}', format = 'newline_delimited', columns = {columns})"
        database.execute(f"CREATE TABLE cases AS SELECT row_number() OVER () AS number, * FROM {read}")
        database.execute(VIEWS)
        return database

    def missing(self, cases: duckdb.DuckDBPyConnection) -> Missing:
        """One query for all."""
        found: Missing = {code: [] for code in QUESTIONS}
        for code, case in cases.execute(MISSING).fetchall():
            found[code].append(case)
        return found

    def rows(self, cases: duckdb.DuckDBPyConnection) -> list[Row]:
        """One query for all."""
        return [Row(*row[:5], tuple(row[5])) for row in cases.execute(ROWS).fetchall()]


if __name__ == "__main__":
    serve(DuckDb())
