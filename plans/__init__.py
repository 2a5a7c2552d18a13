"""Municipalities' plans as data, one folder for each plan, and the reader of that data."""
