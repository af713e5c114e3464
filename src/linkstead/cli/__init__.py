"""The command line: a thin door over the stages, one file per verb family."""
