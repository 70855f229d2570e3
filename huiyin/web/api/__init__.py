"""JSON API under /api/v1/: tokens, idempotency keys, cursor paging, problem documents.

Must not know rules or SQL: it reads through queries, writes through actions, and speaks JSON.
"""
