"""Speed against named peers in the same run, on synthetic data: ``python -m benchmarks --help``."""
