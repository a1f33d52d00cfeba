"""Makes docs/performance.md from the figures that `make bench` keeps: `python -m performance`."""
