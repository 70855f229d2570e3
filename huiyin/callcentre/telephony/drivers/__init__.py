"""The two drivers of the line: a real Asterisk, and a simulated line that says it is one."""
