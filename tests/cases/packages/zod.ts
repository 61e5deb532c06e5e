import { z } from "zod";

const Address = z.object({ street: z.string().min(1), zip: z.string().regex(/^\d{5}$/) });
const Person = z.object({
  name: z.string().trim(),
  age: z.coerce.number().int().nonnegative().optional(),
  email: z.email(),
  address: Address.partial(),
  tags: z.array(z.enum(["a", "b"])).default([]),
});
type Person = z.infer<typeof Person>;

const ada: Person = Person.parse({ name: " Ada ", age: "36", email: "ada@example.com", address: { zip: "12345" } });
console.log(ada);
const wrong = Person.safeParse({ name: 1, email: "nobody", address: { zip: "x" }, tags: ["c"] });
console.log(wrong.error!.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
const Shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), r: z.number() }),
  z.object({ kind: z.literal("square"), a: z.number() }),
]);
const area = Shape.transform((shape) => (shape.kind === "circle" ? 3 * shape.r ** 2 : shape.a ** 2));
console.log(area.parse({ kind: "circle", r: 2 }), area.safeParse({ kind: "line" }).success);
const even = z.number().refine(async (n) => n % 2 === 0, "odd");
console.log((await even.safeParseAsync(3)).error!.issues[0].message);
console.log(JSON.stringify(z.toJSONSchema(Address)));
