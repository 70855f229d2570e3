"""Bulletins and reports: drafted with frozen figures, approved by a second person, issued, read."""
