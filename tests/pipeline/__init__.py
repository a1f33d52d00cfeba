"""What pipelines take from this repository, tried as far as it goes without their servers."""
