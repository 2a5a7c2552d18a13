"""The rules: one module for each chapter of the plan, and the engine that applies them to a case."""
