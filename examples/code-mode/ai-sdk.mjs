// Code mode with the AI SDK: the model gets one tool that runs code over the others, and a person approves a
// refund before it is made. The model is a stub, so the example needs no key.

import assert from "node:assert";
import { generateText, stepCountIs, tool } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { Sandbox, SavedSession } from "jsvm-engine/sandbox";
import { z } from "zod";

const orders = [
  { id: "A1", customer: "ada", cents: 1200, isDamaged: false },
  { id: "A2", customer: "ada", cents: 5000, isDamaged: true },
];
const refunds = [];

const sandbox = await Sandbox.create({
  tools: {
    "orders.list": {
      description: "Lists the orders of a customer",
      input: z.object({ customer: z.string() }),
      output: z.array(z.object({ id: z.string(), cents: z.number(), isDamaged: z.boolean() })),
      execute: ({ customer }) => orders.filter((order) => order.customer === customer),
    },
    refund: {
      description: "Gives the money of an order back",
      input: z.object({ order: z.string(), cents: z.number().int().positive() }),
      ask: ({ cents }) => cents > 1000,
      execute: (refund) => void refunds.push(refund),
    },
  },
});
const session = sandbox.createSession();

const runCode = tool({
  description: `Runs JavaScript over these tools:\n${sandbox.declarations}`,
  inputSchema: z.object({ code: z.string() }),
  execute: ({ code }) => session.run(code),
});

const model = stub([
  `const damaged = (await tools.orders.list({ customer: "ada" })).filter((order) => order.isDamaged);
for (const { id, cents } of damaged) await tools.refund({ order: id, cents });
damaged.map(({ id }) => id)`,
]);
const { steps } = await generateText({
  model,
  tools: { runCode },
  prompt: "Refund the damaged orders of ada.",
  stopWhen: stepCountIs(1),
});
const outcome = steps[0].toolResults[0].output;

// The session waits. What is pending can be shown to a person, and decided at any time.
assert.equal(outcome.status, "waiting");
console.log("to approve:", outcome.waiting[0].tool, outcome.waiting[0].input);
assert.deepEqual(refunds, []);
const bytes = await session.save().toBytes();
session.dispose();

// Days later, in another process:
const resumed = sandbox.restore(await SavedSession.fromBytes(bytes));
const done = await resumed.resume([{ id: outcome.waiting[0].id, approve: true }]);
console.log("result:", done.value.json, "in", done.costs.calls, "call");
assert.deepEqual(refunds, [{ order: "A2", cents: 5000 }]);

/** A model that calls the tool with these cells, one after the other. */
function stub(cells) {
  let next = 0;
  return new MockLanguageModelV3({
    doGenerate: async () => ({
      content: [
        { type: "tool-call", toolCallId: String(next), toolName: "runCode", input: JSON.stringify({ code: cells[next++] }) },
      ],
      finishReason: { unified: "tool-calls", raw: undefined },
      usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } },
      warnings: [],
    }),
  });
}
