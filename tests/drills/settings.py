"""The product's settings as they are, on a drill's own database, with the drills' kinds of work."""

import os

from armproject import settings as product

vars().update({name: getattr(product, name) for name in dir(product) if name.isupper()})

INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.drills"]
ROOT_URLCONF = "tests.drills.urls"
for _alias in ("default", "owner"):
    product.DATABASES[_alias]["NAME"] = os.environ["DRILL_DATABASE"]
    if _detour := os.environ.get("DRILL_POSTGRES"):
        product.DATABASES[_alias]["HOST"] = _detour
