"""Previews of evidence, and drafts of what would otherwise be typed."""
