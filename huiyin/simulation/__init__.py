"""Days in the life of a city, driven through the public actions below it."""
