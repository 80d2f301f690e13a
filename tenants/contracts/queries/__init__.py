"""Reads of contracts, by subject. All rows are public: entered here, so that a tenant's page may ask as well."""
