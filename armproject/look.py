"""How the Studio looks and what stands in its sidebar: django-unfold's settings."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """Return the test that shows a link only to those who have the permission, on some row."""

    def test(request: HttpRequest) -> bool:
        from accounts.permissions import reach  # noqa: PLC0415 - settings come first

        return reach(permission) != frozenset()

    return test


def operators_only(request: HttpRequest) -> bool:
    """Tell whether the person runs this installation."""
    return bool(getattr(request.user, "is_operator", False))


def organizations(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the organizations the person may switch to, the present one first."""
    from armproject.lib import context  # noqa: PLC0415 - settings come first

    memberships = getattr(request, "arm_memberships", [])
    present = context.organization_id()
    return [
        {
            "title": m.organization.name,
            "link": f"{reverse_lazy('admin:enter_organization')}?to={m.organization_id}",
            "icon": "check" if m.organization_id == present else "domain",
        }
        for m in sorted(memberships, key=lambda m: m.organization_id != present)
    ]


def organization_name(request: HttpRequest) -> str:
    """Return the name of the organization the person works in."""
    from armproject.lib import context  # noqa: PLC0415 - settings come first

    present = context.organization_id()
    memberships = getattr(request, "arm_memberships", [])
    return next((m.organization.name for m in memberships if m.organization_id == present), "")


def _link(
    title: str, icon: str, url: str, test: Any, *, also: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a link of the sidebar; it is lit on its own pages and on those of the rows `also`."""
    link = {"title": title, "icon": icon, "link": reverse_lazy(url), "permission": test}
    if also:
        places = (url, *(f"admin:{row}_changelist" for row in also))
        link["active"] = lambda request: request.path.startswith(
            tuple(str(reverse_lazy(place)) for place in places)
        )
    return link


def _known(title: str, icon: str, rows: str, permission: str) -> dict[str, Any]:
    """Return the link to a list of memory's."""
    return _link(title, icon, f"admin:memory_{rows}_changelist", may(permission))


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": False, "collapsible": False, "items": list(items)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "ARM",
    "SITE_HEADER": "ARM",
    "SITE_SUBHEADER": organization_name,
    "SITE_DROPDOWN": organizations,
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("studio/mark.svg")}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "STYLES": [lambda request: static("studio/studio.css")],
    "SCRIPTS": [lambda request: static("studio/studio.js")],
    "ACCOUNT": {
        "navigation": [{"title": "Your account", "link": reverse_lazy("admin:account")}],
    },
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 243)",
            "100": "oklch(94.1% .030 243)",
            "200": "oklch(89.0% .060 243)",
            "300": "oklch(81.5% .103 244)",
            "400": "oklch(71.5% .142 248)",
            "500": "oklch(62.5% .166 254)",
            "600": "oklch(54.5% .178 259)",
            "700": "oklch(48.0% .160 261)",
            "800": "oklch(41.5% .130 261)",
            "900": "oklch(36.5% .100 260)",
            "950": "oklch(27.5% .070 261)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            _group(
                "",
                _link("Overview", "space_dashboard", "admin:index", lambda request: True),
            ),
            _group(
                "Fleet",
                _link("Agents", "smart_toy", "admin:agents_agent_changelist", may("agents.read")),
                _link(
                    "Connections",
                    "power",
                    "admin:connectors_connection_changelist",
                    may("connections.read"),
                ),
            ),
            _group(
                "Work",
                _link(
                    "Performance",
                    "monitoring",
                    "admin:telemetry_performance",
                    may("runs.read"),
                    also=("telemetry_objective",),
                ),
                _link("Runs", "route", "admin:telemetry_run_changelist", may("runs.read")),
                _link(
                    "Sources",
                    "sensors",
                    "admin:telemetry_source_changelist",
                    may("runs.read"),
                ),
                _link(
                    "Feedback",
                    "thumbs_up_down",
                    "admin:telemetry_feedback_changelist",
                    may("runs.read"),
                ),
                _link(
                    "What is kept",
                    "chat",
                    "admin:telemetry_contentrule_changelist",
                    may("runs.read"),
                ),
                _link(
                    "Redaction",
                    "ink_eraser",
                    "admin:telemetry_redactionpattern_changelist",
                    may("contents.write"),
                ),
                _link(
                    "Quarantine",
                    "shield_question",
                    "admin:telemetry_quarantined_changelist",
                    may("quarantine.read"),
                ),
            ),
            _group(
                "Knowledge",
                _known("Memories", "neurology", "memory", "memories.read"),
                _known("Preferences", "tune", "preference", "memories.read"),
                _known("Learning", "school", "learningsetting", "memories.read"),
                _known("Looked through", "plagiarism", "extraction", "memories.read_private"),
                _known("Imports and exports", "import_export", "memoryimport", "memories.import"),
                _known("In agents", "input", "injection", "agents.inject"),
                _known("Memory services", "cloud_sync", "externalstore", "memories.manage"),
                _known("Memory tools", "build_circle", "offer", "memories.read"),
            ),
            _group(
                "Money",
                _link("Costs", "payments", "admin:costs_overview", may("costs.read")),
            ),
            _group(
                "Watch",
                _link(
                    "Alerts",
                    "notifications_active",
                    "admin:governance_alert_changelist",
                    may("alerts.read"),
                ),
                _link(
                    "Alert rules",
                    "rule",
                    "admin:governance_alertrule_changelist",
                    may("alerts.read"),
                ),
                _link(
                    "Channels",
                    "campaign",
                    "admin:governance_channel_changelist",
                    may("alerts.read"),
                ),
            ),
            _group(
                "Proof and work",
                _link(
                    "Audit log",
                    "history_edu",
                    "admin:governance_auditevent_changelist",
                    may("audit.read"),
                    also=(
                        "governance_auditseal",
                        "governance_auditverification",
                        "governance_audithold",
                    ),
                ),
                _link("Jobs", "conveyor_belt", "admin:jobs_job_changelist", may("jobs.read")),
                _link(
                    "Subscriptions",
                    "webhook",
                    "admin:jobs_subscription_changelist",
                    may("subscriptions.read"),
                    also=("jobs_delivery",),
                ),
                _link(
                    "Schedules",
                    "schedule",
                    "admin:django_celery_beat_periodictask_changelist",
                    operators_only,
                ),
            ),
            _group(
                "Organization",
                _link(
                    "Members",
                    "group",
                    "admin:accounts_membership_changelist",
                    may("members.read"),
                ),
                _link(
                    "Roles",
                    "badge",
                    "admin:accounts_customrole_changelist",
                    may("roles.read"),
                ),
                _link(
                    "Invitations",
                    "mail",
                    "admin:accounts_invitation_changelist",
                    may("members.write"),
                ),
                _link(
                    "Single sign-on",
                    "passkey",
                    "admin:accounts_identityprovider_changelist",
                    may("organization.write"),
                ),
                _link(
                    "Sign-ins",
                    "login",
                    "admin:accounts_signinevent_changelist",
                    may("organization.read"),
                ),
                _link("API keys", "key", "admin:accounts_apikey_changelist", may("api_keys.read")),
                _link(
                    "Personal data",
                    "person_off",
                    "admin:governance_erasure_changelist",
                    may("subjects.read"),
                    also=("governance_legalhold",),
                ),
                _link(
                    "Encryption keys",
                    "encrypted",
                    "admin:accounts_organizationkey_changelist",
                    may("keys.read"),
                ),
                _link(
                    "Settings",
                    "tune",
                    "admin:accounts_organization_changelist",
                    may("organization.read"),
                ),
                _link("API documentation", "api", "docs", lambda request: True),
            ),
        ],
    },
}
