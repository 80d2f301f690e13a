"""Exports, imports, deletions and erasures: in the public schema, as they outlive what they are about."""

from tenants.leaving.models.houses import HouseAsk
from tenants.leaving.models.persons import Erasure, ErasureAsk
from tenants.leaving.models.works import Deletion, Export, Import

__all__ = ["Deletion", "Erasure", "ErasureAsk", "Export", "HouseAsk", "Import"]
