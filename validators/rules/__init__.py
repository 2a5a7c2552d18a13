"""The rules in the plan's order, readable by a jurist: one file for each chapter, or for one duty of a long one."""
