/** @jsxImportSource ./jsx */
const Item = ({ children }: { children: string }) => <li>{children}</li>;
console.log(JSON.stringify(<ul><Item>one</Item><Item>two</Item></ul>));
