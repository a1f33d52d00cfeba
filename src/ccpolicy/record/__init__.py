"""Recording: from what a person fills in to lines of evidence, judged before they are written."""
