"""The choice among permissions, in the order and the words of the matrix."""

from itertools import groupby
from typing import Any

from django import forms
from django.template.loader import render_to_string

from accounts.roles import MATRIX, NOUNS, WORDS
from armproject.lib import context


class PermissionPicker(forms.CheckboxSelectMultiple):
    """Boxes to tick, under what they are about."""

    template_name = "accounts/permissions.html"

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> Any:
        """Look for the template where the Studio's are."""
        return render_to_string(template_name, context)


class PermissionsField(forms.MultipleChoiceField):
    """Permissions to hand on, at most those of who fills in the form."""

    widget = PermissionPicker

    def offer_mine(self) -> None:
        """Offer what the person behind this call may do themselves."""
        mine = [name for name in MATRIX if name in context.current().rights]
        self.choices = [
            (NOUNS[noun], [(name, WORDS[name]) for name in names])
            for noun, names in groupby(mine, key=lambda name: name.partition(".")[0])
        ]
