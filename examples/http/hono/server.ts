// A JSON API. What the top level makes, here the books and Hono's routes, is in every instance
// from the beginning.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";

interface Book {
  isbn: string;
  title: string;
  author: string;
  price: number;
}

interface Order {
  isbn: string;
  count: number;
}

const books: Book[] = [
  { isbn: "9780141439518", title: "Pride and Prejudice", author: "Jane Austen", price: 7.99 },
  { isbn: "9780141439587", title: "Emma", author: "Jane Austen", price: 8.99 },
  { isbn: "9780141439600", title: "A Tale of Two Cities", author: "Charles Dickens", price: 6.5 },
];
const byIsbn = new Map(books.map((book) => [book.isbn, book]));

const app = new Hono();

app.get("/books", (c) => {
  const author = c.req.query("author")?.toLowerCase() ?? "";
  return c.json(books.filter((book) => book.author.toLowerCase().includes(author)));
});

app.get("/books/:isbn{[0-9]+}", (c) => {
  const book = byIsbn.get(c.req.param("isbn"));
  if (!book) throw new HTTPException(404, { message: "there is no such book" });
  return c.json(book);
});

const order = validator("json", (value: Partial<Order>, c) => {
  const { isbn, count } = value;
  if (typeof isbn !== "string" || !Number.isInteger(count) || count! < 1) {
    return c.json({ error: "an order has an isbn and a count" }, 400);
  }
  return { isbn, count } as Order;
});

app.post("/orders", order, (c) => {
  const { isbn, count } = c.req.valid("json");
  const book = byIsbn.get(isbn);
  if (!book) return c.json({ error: "there is no such book" }, 422);
  return c.json({ title: book.title, count, total: Math.round(book.price * count * 100) / 100 }, 201);
});

app.notFound((c) => c.json({ error: `there is no ${c.req.path}` }, 404));

app.onError((error, c) => {
  if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
  console.error(error);
  return c.json({ error: "something went wrong" }, 500);
});

export default app;
