"""A look at a reply before it is audited 回复体检: advice with passages, never a decision."""
