import { Language, Parser, Query } from "web-tree-sitter";

const read = globalThis.readPackage ?? ((path) => process.getBuiltinModule("node:fs").readFileSync("tests/packages/node_modules/" + path));
await Parser.init({ wasmBinary: read("web-tree-sitter/web-tree-sitter.wasm") });
// The language is a module of its own, which is linked with the memory and the table of the parser.
const JSON_ = await Language.load(read("tree-sitter-json/tree-sitter-json.wasm"));
const parser = new Parser();
parser.setLanguage(JSON_);
const source = '{"a": [1, 2.5e3, true, null], "größe": {"nested": ["x", {}]}}';
const tree = parser.parse(source);
console.log(tree.rootNode.toString());
const query = new Query(JSON_, "(pair key: (string (string_content) @key))");
console.log(query.captures(tree.rootNode).map(({ node }) => node.text + "@" + node.startIndex).join());
console.log(parser.parse('{"a": [1, }').rootNode.hasError, parser.parse("[]").rootNode.hasError);
const changed = source.replace("true", "[[]]");
tree.edit({
  startIndex: 19, oldEndIndex: 23, newEndIndex: 23,
  startPosition: { row: 0, column: 19 }, oldEndPosition: { row: 0, column: 23 }, newEndPosition: { row: 0, column: 23 },
});
console.log(parser.parse(changed, tree).rootNode.descendantsOfType("array").map((node) => node.text).join(" | "));
const long = JSON.stringify(Array.from({ length: 500 }, (_, n) => ({ n, text: "t".repeat(n % 7) })));
console.log(parser.parse(long).rootNode.descendantsOfType("number").length);
