"""Ways in and out: intake of raw submissions, messaging to citizens."""
