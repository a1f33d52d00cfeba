"""Reads git repositories without running any program that a repository configures."""
