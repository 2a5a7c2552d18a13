"""The connector to Visma Sikker Sak: wire models, mapping and the assumed contract."""
