"""Settings, urls, the list of outbox consumers, the huiyin command."""
