"""Whatever stops a run or happens meanwhile: nothing partial is ever taken for a result."""
