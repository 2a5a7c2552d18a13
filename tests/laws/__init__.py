"""The laws of verdicts, over every example, the invented municipality and inputs that were once answered wrongly."""
