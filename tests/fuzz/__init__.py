"""The whole OpenAPI description, as the server publishes it, tried by everybody with everything.

Each operation is called with what its description allows, with what it forbids and with what no
description speaks about, about rows that exist and rows that do not. Whatever comes back has to be
what the description says, and never our defect.
"""
