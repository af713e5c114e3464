"""The disavow file: read, checked, written, and what it would cut."""
