"""Pictures: bytes in, the variants' bytes out. Pillow has no other home.

kinds says what bytes are, opening reads the header, decode makes one small upright sRGB picture,
render makes every variant of it, placeholder draws what is shown where there is none. Whatever
the bytes are, nothing but UnreadableSource leaves read_header and decode.
"""

from mozi.posters.imaging.decode import Decoded, decode
from mozi.posters.imaging.opening import Header, read_header
from mozi.posters.imaging.placeholder import placeholder
from mozi.posters.imaging.render import Rendered, render

__all__ = ["Decoded", "Header", "Rendered", "decode", "placeholder", "read_header", "render"]
