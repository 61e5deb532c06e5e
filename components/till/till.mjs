// A till in Node.js, on what `jco transpile` makes of the receipts.
import { pathToFileURL } from "node:url";

const { receipts } = await import(pathToFileURL(process.argv[2]).href);
const { Receipt, count, print } = receipts;

function sell(receipt, item, number) {
  try {
    const line = receipt.add(item, number);
    console.log(`${line.count} ${line.item}: ${line.cents}`);
  } catch (error) {
    const problem = error.payload;
    if (problem === undefined) throw error;
    console.log(problem.tag === "unknown" ? `there is no ${problem.val}` : "nothing to add");
  }
}

const receipt = new Receipt("Ada");
sell(receipt, "tea", 2);
sell(receipt, "gold", 1);
sell(receipt, "jam", 0);
const other = new Receipt("Bob");
sell(other, "bread", 3);
console.log(`${count()} open`);
// The handle is passed on: Bob's receipt ends.
receipt.merge(other);
console.log(print(receipt));
console.log(`${receipt.lines().length} lines, ${count()} open`);
receipt[Symbol.dispose]();
console.log(`${count()} open`);
