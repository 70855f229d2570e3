"""Tests of the profile reader and of the shipped profiles."""
