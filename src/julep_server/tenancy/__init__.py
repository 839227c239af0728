"""Tenants, their keys and their limits: who a request comes from, and what it may do."""
