import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const ajv = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true });
ajv.addFormat("even-length", (text) => text.length % 2 === 0);
ajv.addKeyword({ keyword: "divisible", type: "number", validate: (by, n) => n % by === 0, errors: false });
ajv.addSchema({ $id: "address.json", type: "object", properties: { zip: { type: "string", pattern: "^\\d{5}$" } }, required: ["zip"], additionalProperties: false });
const validate = ajv.compile({
  type: "object",
  properties: { name: { type: "string", format: "even-length" }, age: { type: "integer", minimum: 0, divisible: 3 }, address: { $ref: "address.json" }, level: { enum: ["a", "b"], default: "a" } },
  required: ["name", "address"],
  if: { properties: { age: { minimum: 18 } }, required: ["age"] },
  then: { required: ["licence"] },
});
const good = { name: "Adaa", age: "9", address: { zip: "12345" } };
console.log(validate(good), good);
console.log(validate({ name: "Ada", age: 20, address: { zip: "x", more: 1 }, level: "c" }));
console.log(validate.errors.map((error) => `${error.instancePath} ${error.message}`).join("\n"));
const tree = new Ajv2020({ strict: false }).compile({ $id: "tree", $dynamicAnchor: "node", type: "object", properties: { children: { type: "array", items: { $dynamicRef: "#node" } } }, unevaluatedProperties: false });
console.log(tree({ children: [{ children: [] }] }), tree({ children: [{ child: 1 }] }), ajv.errorsText(tree.errors));
try { ajv.compile({ type: "wrong" }); } catch (error) { console.log(error.message.split("\n")[0].slice(0, 40)); }
