"""The same event 同一件事: found by caller, place and words, told with reasons, side by side."""
