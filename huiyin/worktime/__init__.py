"""Working time: calendars of regions and the arithmetic of limits.

Pure: no Django, no database, no clock, no settings. Other packages say what limit
applies and when it starts; this one says when it ends and explains why in words.
"""
