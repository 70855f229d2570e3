"""Clock, errors, outbox, jobs, access log, masks and encryption, paging, text, PostgreSQL.

Must not know any word of the field.
"""
