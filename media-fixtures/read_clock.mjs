// Reads the time code of clock_code.py from the pixels of a canvas (`getImageData(...).data`, RGBA).
// `height` is the height of the whole frame at the canvas's scale; the pixels need hold only its top rows.

const BITS = 64;

const crc16 = (bytes) => {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; i += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
};

/** The milliseconds since the epoch in the picture, or null when there is no whole code in it. */
export const readClock = (rgba, width, height) => {
  const line = Math.max(1, Math.round((height * 32) / 720 / 2));
  if (rgba.length < (line + 1) * width * 4 || width < BITS * 2) return null;
  const bytes = new Uint8Array(8);
  for (let bit = 0; bit < BITS; bit += 1) {
    const middle = Math.floor(((bit + 0.5) * width) / BITS);
    let sum = 0;
    for (const y of [line - 1, line]) {
      for (const x of [middle - 1, middle]) sum += rgba[(y * width + x) * 4 + 1];
    }
    if (sum > 4 * 128) bytes[bit >> 3] |= 0x80 >> (bit & 7);
  }
  const stamp = bytes.subarray(0, 6);
  if (crc16(stamp) !== ((bytes[6] << 8) | bytes[7])) return null;
  return stamp.reduce((value, byte) => value * 256 + byte, 0);
};
