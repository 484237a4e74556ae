"""Take a part of the audit log out together with its proof."""

import tempfile
from datetime import datetime
from typing import IO

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from governance import bundle
from governance.signing import moment

IN_MEMORY = 8 * 2**20


def export_proof(since: datetime | None, until: datetime | None) -> IO[bytes]:
    """Hand out the sealed events of since ≤ at < until as a zip that proves itself.

    That it was done is recorded before it is. Returns an open file at its start, which goes away
    when it is closed.
    """
    if since is not None and until is not None and since >= until:
        problem = "The span ends before it begins."
        raise InvalidInput(problem, fields={"until": [problem]})
    with fenced():
        require("audit.export")
        first, last = bundle.bounds(since, until)
        asked = {name: moment(at) for name, at in (("since", since), ("until", until)) if at}
        record("audit.export_proof", details={**asked, "events": last - first + 1})
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - its reader closes it
    bundle.write(file, first, last)
    file.seek(0)
    return file
