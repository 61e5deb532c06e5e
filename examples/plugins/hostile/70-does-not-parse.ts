export function transform(document: { text: string) {}
