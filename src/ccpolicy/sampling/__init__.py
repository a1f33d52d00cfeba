"""Samples: whole populations, draws that anybody can repeat, and what testers found."""
