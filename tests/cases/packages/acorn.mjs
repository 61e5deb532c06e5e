import * as acorn from "acorn";

const program = acorn.parse("export default async function* f({ a = 1, ...rest }, [b]) { for await (const x of y ?? []) yield* x?.z ** 2n; }", { ecmaVersion: "latest", sourceType: "module", locations: true });
const types = [];
(function walk(node) {
  if (!node || typeof node.type !== "string") return;
  types.push(node.type);
  for (const value of Object.values(node)) [value].flat().forEach((child) => typeof child === "object" && walk(child));
})(program);
console.log(types.join(" "));
console.log(program.body[0].declaration.id.loc.start);
console.log([...acorn.tokenizer("let x = `a${1}b` / /re/u", { ecmaVersion: 2026 })].map((token) => token.type.label).join(" "));
const comments = [];
acorn.parse("// one\n/* two */ 1", { ecmaVersion: 5, onComment: comments });
console.log(comments.map((comment) => comment.value));
try { acorn.parse("let a; let a", { ecmaVersion: "latest" }); } catch (error) { console.log(error.name, error.message, error.pos); }
class Extended extends acorn.Parser { parseLiteral(value) { const node = super.parseLiteral(value); node.seen = true; return node; } }
console.log(Extended.parse("42", { ecmaVersion: "latest" }).body[0].expression.seen, acorn.parseExpressionAt("x = a.b; y", 4, { ecmaVersion: "latest" }).end);
