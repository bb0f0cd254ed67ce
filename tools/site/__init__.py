"""The course's web site: which files become pages, what is changed in them, and the command that builds it."""
