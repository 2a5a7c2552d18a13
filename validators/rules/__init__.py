"""One file is one chapter of the plan, in the plan's order, readable by a jurist."""
