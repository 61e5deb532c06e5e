export function transform() {
  for (;;);
}
