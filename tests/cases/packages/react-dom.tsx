import { createContext, memo, Suspense, use, useContext, useId, useMemo, useReducer, type ReactNode } from "react";
import { renderToStaticMarkup, renderToString } from "react-dom/server";

const Theme = createContext("light");

function Button({ children, onClick }: { children: ReactNode; onClick?: () => void }) {
  const theme = useContext(Theme);
  return <button className={`button ${theme}`} onClick={onClick} disabled style={{ marginTop: 4, "--x": "1" } as object}>{children}</button>;
}

const List = memo(function List<T extends string>({ items }: { items: T[] }) {
  const sorted = useMemo(() => items.toSorted(), [items]);
  return <ul>{sorted.map((item) => <li key={item} data-item={item}>{item} &amp; co</li>)}</ul>;
});

function Counter() {
  const [count] = useReducer((n: number) => n + 1, 41);
  const id = useId();
  return <><label htmlFor={id}>{count}</label>{null}{false}{0}<input id={id} defaultValue={"\"<x>\""} /></>;
}

function App() {
  return (
    <Theme.Provider value="dark">
      <h1>{"Hello"}, {"<world>"}</h1>
      <Button onClick={() => {}}>press</Button>
      <List items={["b", "a"]} />
      <Counter />
      <Suspense fallback={<p>wait</p>}><p dangerouslySetInnerHTML={{ __html: "<i>raw</i>" }} /></Suspense>
    </Theme.Provider>
  );
}

console.log(renderToString(<App />));
console.log(renderToStaticMarkup(<App />));
function Broken(): ReactNode { throw new Error("while rendering"); }
try { renderToString(<Broken />); } catch (error) { console.log((error as Error).message); }
