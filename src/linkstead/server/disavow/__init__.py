"""The disavow file of a project: what it would be, what is wrong with it, what it would cut, its versions."""
