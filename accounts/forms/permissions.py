"""The choice among permissions, in the order and the words of the matrix."""

from itertools import groupby

from django import forms

from accounts.roles import MATRIX, NOUNS, WORDS
from armproject.lib import context


class PermissionPicker(forms.CheckboxSelectMultiple):
    """Boxes to tick, under what they are about."""

    template_name = "accounts/permissions.html"
    option_template_name = "accounts/permission.html"


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
