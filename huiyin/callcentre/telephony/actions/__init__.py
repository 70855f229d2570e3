"""Writing what the distributor says, what people ask of it, and what it needs to know."""
