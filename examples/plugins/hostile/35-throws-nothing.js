export function transform() {
  throw undefined;
}
