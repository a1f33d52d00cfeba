"""Git: objects, commits, snapshots and signatures, read without running what a repository sets."""
