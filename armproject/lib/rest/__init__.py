"""How ARM's API speaks: the envelope, errors, input, lists and the OpenAPI description."""
