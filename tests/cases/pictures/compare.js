// What the cases of this folder compare pictures by.

/** A PPM as filters.js has pictures. */
export function fromPpm(bytes) {
  const [head, width, height] = /^P6\s(\d+)\s(\d+)\s255\s/.exec(String.fromCharCode(...bytes.subarray(0, 32)));
  return { width: +width, height: +height, data: bytes.subarray(head.length) };
}

/** And the other way round. */
export function toPpm({ width, height, data }) {
  const head = Uint8Array.from(`P6\n${width} ${height}\n255\n`, (letter) => letter.charCodeAt());
  const bytes = new Uint8Array(head.length + data.length);
  bytes.set(head);
  bytes.set(data, head.length);
  return bytes;
}

/** By how much two pictures of one size differ: in the mean of all channels, and at most. */
export function difference(one, other) {
  if (one.width !== other.width || one.height !== other.height || one.data.length !== other.data.length) {
    throw new RangeError("they differ in size");
  }
  let [sum, most] = [0, 0];
  for (let i = 0; i < one.data.length; i++) {
    const difference = Math.abs(one.data[i] - other.data[i]);
    sum += difference;
    most = Math.max(most, difference);
  }
  return { mean: sum / one.data.length, most };
}
