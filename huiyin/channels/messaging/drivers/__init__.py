"""Ways to send: ``log`` (default), ``smtp``, ``http``; ``registry`` says which one is in use."""
