export function transform(document) {
  return { ...transform(document) };
}
