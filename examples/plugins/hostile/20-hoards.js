const hoard = [];
export function transform() {
  for (;;) hoard.push(new Uint8Array(1 << 16));
}
