"""The isolation matrix: every way in, tried with another organization's ids, by machine.

Routes come from the URL resolver, rows from the models, request bodies from the API's own schema,
so whatever is added later is in the matrix without anybody remembering it.
"""
