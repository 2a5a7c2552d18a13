"""pandera on polars: a frame for what each question is about, made by polars, and a schema that each frame must keep."""

from __future__ import annotations

import pandera.polars as pandera
import polars as pl
from contract import AT_THE_SCHOOL, PLACEHOLDERS, QUESTIONS, TODAY, Missing, serve

ROLE = pl.Struct({"role": pl.String})
MEASURE = pl.Struct(
    {name: pl.String for name in ("text", "start", "end", "when", "responsible", "evaluate_on")}
    | {"responsible_role": ROLE}
)
PLAN = pl.Struct(
    {
        name: pl.String
        for name in ("status", "problem", "summary_of_enquiry", "measures_text", "when", "responsible", "evaluate_on")
    }
    | {"measures": pl.List(MEASURE)}
)
NOTICE = pl.Struct(
    {name: pl.String for name in ("happened_at", "source", "channel")}
    | {"receiver": ROLE, "pupils": pl.List(pl.String)}
)
ENTRY = pl.Struct({name: pl.String for name in ("kind", "happened_at", "deleted_at")} | {"pupils": pl.List(pl.String)})
COLUMNS = {
    "id": pl.String,
    "activity_plans": pl.List(PLAN),
    "severity": pl.List(pl.Struct({"serious": pl.Boolean, "at": pl.String})),
    "suspicions": pl.List(pl.Struct({"suspected": pl.String})),
    "pupils": pl.List(pl.Struct({"ref": pl.String, "part": pl.String, "identified_at": pl.String})),
    "notices": pl.List(NOTICE),
    "log": pl.List(ENTRY),
}


def filled(column: str) -> pl.Expr:
    """Whether it holds words that are no placeholder."""
    return pl.col(column).str.strip_chars().is_in(PLACEHOLDERS).not_().fill_null(value=False)


def day(expression: pl.Expr) -> pl.Expr:
    """Its local day."""
    return expression.str.slice(0, 10)


def listed(cases: pl.DataFrame, column: str, *beside: str) -> pl.DataFrame:
    """A row for each thing in the list."""
    return cases.select("number", *beside, column).explode(column).filter(pl.col(column).is_not_null())


def plans_of(cases: pl.DataFrame) -> pl.DataFrame:
    """A row for each current plan, and whether it holds what it must."""
    plans = listed(cases, "activity_plans").unnest("activity_plans")
    words = pl.element().struct.field("text").str.strip_chars()
    in_rows = pl.col("measures").list.eval(words.is_in(PLACEHOLDERS).not_().fill_null(value=False)).list.all()
    return plans.filter(pl.col("status") == "current").with_columns(
        filled("problem").alias("AP-A"),
        (filled("measures_text") | ((pl.col("measures").list.len() > 0) & in_rows).fill_null(value=False)).alias(
            "AP-B"
        ),
        filled("summary_of_enquiry").alias("TI-08"),
    )


def measures_of(plans: pl.DataFrame) -> pl.DataFrame:
    """A row for each measure, or one for a plan that has none, and whether it or its plan holds what it must."""
    own = pl.col("measures").list.eval(
        pl.element().struct.rename_fields([f"own_{field.name}" for field in MEASURE.fields])
    )
    measures = plans.with_columns(own).explode("measures", empty_as_null=True).unnest("measures")
    return measures.with_columns(
        (
            pl.col("own_start").is_not_null() | pl.col("own_end").is_not_null() | filled("own_when") | filled("when")
        ).alias("AP-C"),
        (
            pl.col("own_responsible_role").struct.field("role").is_not_null()
            | filled("own_responsible")
            | filled("responsible")
        ).alias("AP-D"),
        (pl.col("own_evaluate_on").is_not_null() | pl.col("evaluate_on").is_not_null()).alias("AP-E"),
    )


def serious_of(cases: pl.DataFrame) -> pl.DataFrame:
    """A row for each case, and whether its owner was told where she must be."""

    def any_of(column: str, holds: pl.Expr) -> pl.Expr:
        return pl.col(column).list.eval(holds).list.any().fill_null(value=False)

    def its(name: str) -> pl.Expr:
        return pl.element().struct.field(name)

    owed = any_of("severity", its("serious") & (day(its("at")) < TODAY)) & ~any_of(
        "suspicions", its("suspected").is_in(AT_THE_SCHOOL)
    )
    told = any_of("log", its("kind") == "owner_notified") | any_of(
        "notices", its("receiver").struct.field("role") == "owner"
    )
    return cases.select("number", (~owed | told).alias("VA-09"))


def told_of(cases: pl.DataFrame) -> pl.DataFrame:
    """A row for each pupil that a notice is about, and whether she was told that day."""
    notices = listed(cases, "notices", "pupils").rename({"pupils": "all"}).unnest("notices")
    pupils = (
        notices.explode("all").filter(pl.col("all").is_not_null()).unnest("all").filter(pl.col("part") == "affected")
    )
    about = (pl.col("pupils").list.len() == 0) | pl.col("pupils").list.contains(pl.col("ref"))
    came = day(pl.col("happened_at"))
    owed = pupils.filter(about.fill_null(value=True)).with_columns(
        pl.max_horizontal(came, day(pl.col("identified_at"))).alias("day"), came.alias("came")
    )
    entries = (
        listed(cases, "log").unnest("log").filter((pl.col("kind") == "pupil_told") & pl.col("deleted_at").is_null())
    )
    days = entries.explode("pupils").select(
        "number", pl.col("pupils").alias("ref"), day(pl.col("happened_at")).alias("day")
    )
    told = owed.join(
        days.unique().with_columns(pl.lit(value=True).alias("entered")), on=["number", "ref", "day"], how="left"
    )
    herself = (
        (pl.col("source") == "pupil")
        & pl.col("channel").is_in(["oral", "phone"])
        & (pl.col("receiver").struct.field("role") == "rector")
        & (pl.col("day") == pl.col("came"))
    )
    whole = (pl.col("day") >= TODAY) | pl.col("entered").fill_null(value=False) | herself.fill_null(value=False)
    return told.with_columns(whole.alias("VA-08"))


def schema(*codes: str) -> pandera.DataFrameSchema:
    """Each of these columns is true in every row."""
    return pandera.DataFrameSchema({code: pandera.Column(pl.Boolean, pandera.Check.eq(True)) for code in codes})


SCHEMAS = {
    "plans": schema("AP-A", "AP-B", "TI-08"),
    "measures": schema("AP-C", "AP-D", "AP-E"),
    "serious": schema("VA-09"),
    "told": schema("VA-08"),
}


class Pandera:
    """Frames that keep their schemas, or the rows that do not."""

    questions = tuple(QUESTIONS)

    def load(self, file: str) -> pl.DataFrame:
        """The columns that are needed."""
        return pl.read_ndjson(file, schema=COLUMNS).with_row_index("number")

    def missing(self, cases: pl.DataFrame) -> Missing:
        """Lazily, so that each row that fails is told."""
        plans = plans_of(cases)
        frames = {"plans": plans, "measures": measures_of(plans), "serious": serious_of(cases), "told": told_of(cases)}
        found: Missing = {code: [] for code in QUESTIONS}
        for name, frame in frames.items():
            try:
                SCHEMAS[name].validate(frame, lazy=True)
            except pandera.errors.SchemaErrors as errors:
                failed = errors.failure_cases.with_columns(
                    frame["number"].gather(errors.failure_cases["index"]).alias("number")
                )
                for code, numbers in failed.group_by("column").agg(pl.col("number").unique().sort()).iter_rows():
                    found[code] = cases["id"].gather(numbers).to_list()
        return found

    def rows(self, cases: pl.DataFrame) -> None:
        """It tells which rows fail which check: no deadline, no evidence, and nothing of those that hold."""


if __name__ == "__main__":
    serve(Pandera())
