"""Clock, errors, outbox, jobs, access log, masking and encryption, paging, text, the private PostgreSQL.

Must not know any word of the field.
"""
