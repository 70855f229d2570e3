"""The processes of one installation: web, live and worker, and the supervisor above them.

``huiyin serve`` forks them from one process that has imported everything once; each also runs
alone (``huiyin web``). See docs/decisions/0005-processes.md.
"""
