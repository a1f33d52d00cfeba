"""The reference of the documentation, made from what the program itself knows."""
