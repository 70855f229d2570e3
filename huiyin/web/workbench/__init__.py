"""What staff see: desks, lists, the page of an order."""
