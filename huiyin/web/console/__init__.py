"""The console: is the installation well, who may do what, which rules are in force."""
