"""A page cache that is checked, never reset.

`load` reads a page's rows in one snapshot, and `render` makes the page from these rows alone. The
digest of the rows is kept with the rendered page, which is served while a later read gives the
same digest. So no code has to tell the cache of a change, and a change that the page does not
show leaves it alone.
"""
