"""Raw submissions as they came in, and their way into orders."""
