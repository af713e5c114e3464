"""The look of the pages: tags and filters, the shell's context, the style page, the chart scripts.

What a part looks like is said once, in `static/linkstead/*.css` and `templates/parts/`; the page
`/look/style/` shows all of them, light and dark, with hostile and very long texts.
"""
