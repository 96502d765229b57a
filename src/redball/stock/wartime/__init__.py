"""A surge, day by day: demand that changes, repair and transport that are cut off."""
