import { applyPatches, createDraft, current, enableMapSet, enablePatches, finishDraft, immerable, isDraft, original, produce, produceWithPatches } from "immer";

enablePatches();
enableMapSet();
const base = { user: { name: "Ada", tags: ["a"] }, map: new Map([["x", { n: 1 }]]), set: new Set([1]) };
const next = produce(base, (draft) => {
  draft.user.tags.push("b");
  draft.map.get("x").n++;
  draft.set.add(2);
  console.log(isDraft(draft.user), current(draft.user), original(draft).user === base.user);
});
console.log(base.user.tags, next.user.tags, next.map.get("x"), [...next.set], Object.isFrozen(next));
console.log(produce(base, () => {}) === base);
const [changed, patches, inverse] = produceWithPatches({ list: [1, 2, 3], a: 1 }, (draft) => {
  draft.list.splice(1, 1);
  delete draft.a;
  draft.b = { c: 1 };
});
console.log(JSON.stringify(patches));
console.log(applyPatches(changed, inverse), applyPatches({ list: [1, 2, 3], a: 1 }, patches));
class Point { static [immerable] = true; constructor(x) { this.x = x; } get double() { return this.x * 2; } }
const point = produce(new Point(1), (draft) => { draft.x = draft.double + 1; });
console.log(point instanceof Point, point.x);
const toggle = produce((draft, key) => { draft[key] = !draft[key]; });
console.log(toggle({ on: false }, "on"));
const draft = createDraft({ a: { b: 1 } });
draft.a.b = 2;
console.log(finishDraft(draft));
try { next.user.name = "x"; } catch (error) { console.log(error instanceof TypeError); }
