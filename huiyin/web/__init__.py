"""Pages and API: portal (citizens), workbench (staff), console (administration).

Must not know SQL or rules.
"""
