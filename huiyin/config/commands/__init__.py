"""The sub-commands of ``huiyin``, one module per subject; ``huiyin.config.command`` lists them."""
