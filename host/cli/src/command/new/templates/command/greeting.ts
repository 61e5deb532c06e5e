/** Returns the text of the page. */
export function greeting(name: string): string {
  return `Hello, ${name}!\n`;
}
