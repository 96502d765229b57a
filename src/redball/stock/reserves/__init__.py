"""How much to hold against a disruption, how to rotate it, and how fast it leaves."""
