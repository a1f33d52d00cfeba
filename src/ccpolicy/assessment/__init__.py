"""The frozen result of one evaluation."""
