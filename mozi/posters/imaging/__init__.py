"""Pictures: bytes in, the variants' bytes out. Pillow has no other home.

kinds tells the type of a file, opening reads its header, decode makes one small upright sRGB
picture, render makes every variant of it, placeholder draws the picture that stands in for a
missing one. Whatever the bytes are, read_header and decode raise only UnreadableSource.
"""

from mozi.posters.imaging.decode import Decoded, decode
from mozi.posters.imaging.helping import beside
from mozi.posters.imaging.opening import Header, read_header
from mozi.posters.imaging.placeholder import placeholder
from mozi.posters.imaging.render import Rendered, render

__all__ = [
    "Decoded",
    "Header",
    "Rendered",
    "beside",
    "decode",
    "placeholder",
    "read_header",
    "render",
]
