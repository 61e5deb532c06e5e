// Typed arrays: a sieve, a blurred picture, a matrix product, a checksum of bytes, a view of records.
function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    count++;
    for (let j = i * i; j <= limit; j += i) composite[j] = 1;
  }
  return count;
}

function picture(width, height) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31) ^ (i >> 5);
  return pixels;
}

function blur(pixels, width, height) {
  const result = new Uint8ClampedArray(pixels.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = (y * width + x) * 4;
      for (let channel = at; channel < at + 3; channel++) {
        const sum =
          pixels[channel - 4] + pixels[channel + 4] + pixels[channel - width * 4] + pixels[channel + width * 4];
        result[channel] = (sum + pixels[channel] * 4) / 8;
      }
      result[at + 3] = 255;
    }
  }
  return result;
}

function multiply(a, b, size) {
  const result = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += a[row * size + k] * b[k * size + column];
      result[row * size + column] = sum;
    }
  }
  return result;
}

const CRC = new Int32Array(256).map((_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? -306674912 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

globalThis.run = function () {
  const blurred = blur(picture(120, 90), 120, 90);
  const a = Float64Array.from({ length: 1600 }, (_, i) => (i % 17) - 8);
  const b = new Float64Array(1600).fill(0.5).map((half, i) => half * (i % 13));
  const product = multiply(a, b, 40);
  const records = new DataView(new ArrayBuffer(16000));
  for (let i = 0; i < 2000; i++) {
    records.setUint32(i * 8, i * 7919, true);
    records.setFloat32(i * 8 + 4, i / 4);
  }
  let sum = 0;
  for (let i = 0; i < 2000; i++) sum += records.getUint32(i * 8, true) + records.getFloat32(i * 8 + 4);
  const copy = new Uint8Array(blurred.buffer).slice(0, 30000);
  copy.set(copy.subarray(100, 200), 5000);
  return [sieve(150000), crc32(copy), product.reduce((sum, n) => sum + n, 0), sum, blurred.indexOf(200)].join(" ");
};
