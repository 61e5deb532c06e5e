import initSqlJs from "sql.js";

const read = globalThis.readPackage ?? ((path) => process.getBuiltinModule("node:fs").readFileSync("tests/packages/node_modules/" + path));
const SQL = await initSqlJs({ wasmBinary: read("sql.js/dist/sql-wasm.wasm") });
const db = new SQL.Database();
console.log(db.exec("select sqlite_version() as version, typeof(1.5), hex('é')")[0].values.join());
db.run("create table people (id integer primary key, name text, born real, photo blob)");
db.run("begin");
const insert = db.prepare("insert into people (name, born, photo) values (?, ?, ?)");
for (let n = 0; n < 2000; n++) insert.run(["name " + n, 1900 + n / 7, new Uint8Array([n, n >> 8])]);
insert.free();
db.run("commit");
console.log(db.exec("select count(*), sum(born), max(name) from people")[0].values.join());
const rows = db.prepare("select id, name, born, photo from people where born between $from and $to order by born desc");
rows.bind({ $from: 2000, $to: 2001 });
while (rows.step()) {
  const { id, name, born, photo } = rows.getAsObject();
  console.log(id, name, born.toFixed(3), photo.join());
}
rows.free();
// A function of JavaScript, called by SQLite, and an error that it throws.
db.create_function("reversed", (text) => [...text].reverse().join(""));
db.create_function("fails", () => { throw new Error("not today"); });
console.log(db.exec("select reversed(name) from people limit 2")[0].values.join());
for (const wrong of ["select fails()", "select * from nowhere", "insert into people (id) values (1)"]) {
  try { db.exec(wrong); } catch (error) { console.log(error.message); }
}
db.create_aggregate("longest", { init: () => "", step: (state, text) => (text.length > state.length ? text : state), finalize: (state) => state });
console.log(db.exec("select longest(name) from people")[0].values.join());
console.log(db.exec("with recursive c(x) as (select 1 union all select x + 1 from c where x < 20000) select sum(x) from c")[0].values.join());
const copy = new SQL.Database(db.export());
console.log(copy.exec("select count(distinct name) from people where name like '%9%'")[0].values.join());
db.close();
copy.close();
