"""The unsatisfied on their way to a write-off 销号: requests, calls, and the ledger."""
