"""The time code in the picture of the latency instrument.

64 blocks, black or white, 20 × 32 pixels each, fill the top of a 1280 × 720 picture: 48 bits of milliseconds since the
Unix epoch (UTC), most significant first, then 16 bits of CRC (CCITT, polynomial 0x1021, initial value 0xffff) over
those six bytes. It survives x264 at 2 Mb/s and scaling down to 360 lines. `read_clock.mjs` reads the same code.
"""

BITS = 64
BLOCK_WIDTH = 20
STRIP_HEIGHT = 32
BLACK, WHITE = 16, 235


def crc16(data):
    """CRC-16/CCITT-FALSE."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def row(time_ms):
    """One row of luma, 1280 bytes, that says `time_ms`."""
    stamp = time_ms.to_bytes(6, "big")
    code = int.from_bytes(stamp + crc16(stamp).to_bytes(2, "big"), "big")
    return b"".join(bytes([WHITE if code >> (BITS - 1 - bit) & 1 else BLACK]) * BLOCK_WIDTH for bit in range(BITS))


def read(gray, width, height):
    """The milliseconds in a picture of `width` × `height` luma bytes, or None when there is no whole code in it.

    The picture may be the whole frame at any size, or only its top rows if `height` is the whole frame's.
    """
    line = max(1, round(height * STRIP_HEIGHT / 720 / 2))
    if len(gray) < (line + 1) * width or width < BITS * 2:
        return None
    code = 0
    for bit in range(BITS):
        middle = int((bit + 0.5) * width / BITS)
        samples = [gray[y * width + x] for y in (line - 1, line) for x in (middle - 1, middle)]
        code = code << 1 | (sum(samples) > 2 * (BLACK + WHITE))
    stamp, check = (code >> 16).to_bytes(6, "big"), code & 0xFFFF
    return int.from_bytes(stamp, "big") if crc16(stamp) == check else None
