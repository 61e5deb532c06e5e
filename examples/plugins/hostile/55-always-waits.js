export async function transform() {
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1));
}
