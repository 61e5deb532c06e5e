import * as given from "test:resources/counters";
export * from "./right.ts";

new given.Ticket();
given.sum([given.draw()]);
