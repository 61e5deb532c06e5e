export function transform(document) {
  Promise.reject(new Error("nobody waits for this"));
  return document;
}
