"""What administrators see: people, rules, messages, logs."""
