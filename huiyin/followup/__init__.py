"""What comes after the reply: call-backs (attempts, satisfaction, redo).

Must not know channels.
"""
