import { greet, values, counters, "demo:echo/more@1.2.0" as more } from "demo:echo";
import * as echo from "demo:echo";
import { echoU8 } from "demo:echo/values@1.2.0";
import { echoU8 as byMajor } from "demo:echo/values@1";
import { echoU8 as byMinor } from "demo:echo/values@1.2";

console.log(greet("world"), greet.name);
console.log(values.echoU8 === echoU8, byMajor === echoU8, byMinor === echoU8);
console.log(counters.Counter.name, more.twice.name);
console.log(Object.keys(echo));
for (const name of [
    "demo:echo/values@2",
    "demo:echo/values@1.2.1",
    "demo:echo/nothing",
    "values",
    "demo:other",
]) {
    await import(name).then(
        () => console.log(name, "is there"),
        (error) => console.log(`${error}`),
    );
}
