import * as yaml from "js-yaml";

const text = `
# comment
name: "Ada: \\u0041"
when: 2026-01-31T12:00:00Z
list: [1, 0x1F, 1.5e3, .inf, ~, yes]
nested: &anchor
  folded: >
    one
    two
  literal: |
    a
      b
copy: *anchor
merged:
  <<: *anchor
  own: true
bytes: !!binary AQID
`;
const data = yaml.load(text, { schema: yaml.YAML11_SCHEMA });
console.log(Object.keys(data), data.name, data.list, data.merged, data.bytes, data.nested, data.copy === data.nested);
console.log(yaml.dump({ a: [1, { b: "multi\nline" }], c: null, d: "yes", e: { f: [] } }, { sortKeys: true }));
console.log(yaml.load(yaml.dump({ x: { y: [true, -1.5, "2026"] } })));
try { yaml.load("a: [1, 2\nb: }"); } catch (error) { console.log(error.name, error.reason, error.mark?.line); }
