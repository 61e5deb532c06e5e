const greeting: string = "built";

export default async function main(): Promise<void> {
  console.log(greeting, process.argv.slice(2).join(), process.env.HOST_SAYS);
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (process.argv.includes("throw")) throw new Error("on purpose");
  if (process.argv.includes("spin")) for (;;);
  if (process.argv.includes("exit")) process.exit(0);
  if (process.argv.includes("fail")) process.exitCode = 3;
  setTimeout(() => console.log("last"), 10);
}
