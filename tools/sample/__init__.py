"""The evidence of a fictional call centre, the same bytes every time that it is made."""
