import { test } from "node:test";
import assert from "node:assert";

interface Pair { left: number; right: number }
const sum = ({ left, right }: Pair): number => left + right;
test("TypeScript", () => assert.equal(sum({ left: 2, right: 2 }), 4));
