"""What people write by hand: TOML within limits, and checks of the values in it."""
