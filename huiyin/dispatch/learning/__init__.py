"""What the platform learns from confirmed orders, and how sure it is of what it suggests."""
