"""Many like requests at one place in a short time 群体诉求: found, put before the dispatcher."""
