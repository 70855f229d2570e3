"""Shared set-up of every test: one private PostgreSQL for the whole run."""

import os
