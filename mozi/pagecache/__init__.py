"""Pages out of a cache that is checked, never reset.

A page is its rows: `load` reads them in one snapshot, `render` turns them, and nothing else,
into bytes. The digest of the rows is kept with the rendered page; it is served while a later
read of the rows gives the same digest. So nothing has to tell the cache of a change, and a
change that the page does not show cannot disturb it.
"""
