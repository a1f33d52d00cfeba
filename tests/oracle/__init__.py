"""An independent oracle for verdicts, random worlds for it to judge, and their comparison."""
