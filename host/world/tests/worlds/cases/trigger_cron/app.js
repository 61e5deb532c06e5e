let at = 0n;
export async function handleCronEvent({ timestamp }) {
  if (timestamp < at) throw { tag: "other", val: `${timestamp} is before ${at}` };
  await new Promise((resolve) => setTimeout(resolve, 1));
  at = timestamp;
}
export const last = () => new Date(Number(at) * 1000).toISOString();
