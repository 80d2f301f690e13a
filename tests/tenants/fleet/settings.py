"""The product with one more app for tenants, at the release that FLEET_RELEASE names: a folder here, or none."""

import os

from contactcenter.settings import *  # noqa: F403
from contactcenter.settings import INSTALLED_APPS, TENANT_APPS

RELEASE = os.environ["FLEET_RELEASE"]
TENANT_APPS = [*TENANT_APPS, "tests.tenants.fleet"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.tenants.fleet"]
MIGRATION_MODULES = {"fleet": None if RELEASE == "none" else f"tests.tenants.fleet.{RELEASE}"}
