"""Call-backs: attempts, the citizen's answers, redo and closing.

Must not know channels or telephones.
"""
