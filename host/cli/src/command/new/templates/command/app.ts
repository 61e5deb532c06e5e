import { greeting } from "./greeting.ts";

/** Runs when the command starts. The program's arguments follow its name. */
export default function main(): void {
  const [, name = "world"] = scriptArgs;
  console.log(greeting(name).trimEnd());
}
