"""What citizens see: submit, my case, news, selected answers."""
