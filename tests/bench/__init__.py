"""How fast ccpolicy is, as ratios within one run: `make bench`."""
