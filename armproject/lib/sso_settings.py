"""The installation's own identity providers, read from the environment."""

from typing import Any, Final

# Each name of these in the address of a directory would let any directory vouch for anybody.
EVERYBODYS: Final = ("", "common", "organizations", "consumers")


def identity_providers(env: Any) -> dict[str, dict[str, Any]]:
    """Return what is set up, by the short name that addresses use."""
    tenant = env("ARM_MICROSOFT_TENANT", default="")
    known = {
        "google": ("Google", "https://accounts.google.com", "GOOGLE", True),
        "microsoft": (
            "Microsoft",
            "" if tenant in EVERYBODYS else f"https://login.microsoftonline.com/{tenant}/v2.0",
            "MICROSOFT",
            False,
        ),
        "oidc": (
            env("ARM_OIDC_NAME", default="Company login"),
            env("ARM_OIDC_ISSUER", default=""),
            "OIDC",
            True,
        ),
    }
    return {
        slug: {
            "name": name,
            "issuer": issuer,
            "client_id": env(f"ARM_{prefix}_CLIENT_ID"),
            "secret": env(f"ARM_{prefix}_CLIENT_SECRET"),
            "must_verify": must_verify,
        }
        for slug, (name, issuer, prefix, must_verify) in known.items()
        if issuer and env(f"ARM_{prefix}_CLIENT_ID", default="")
    }
