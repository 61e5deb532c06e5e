export const jsx = (type, props) => (typeof type === "function" ? type(props) : { type, ...props });
export const jsxs = jsx;
