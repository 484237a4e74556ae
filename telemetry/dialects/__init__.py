"""What agents' libraries call things: one table of names, one file a dialect.

A dialect that is new has its names in `table`, what takes more than a name in a file of its own
(NAME and `complete`), its marks in `understanding`, and a capture of a real client in the tests.
"""
