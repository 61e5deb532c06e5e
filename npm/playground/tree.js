// Values as a tree, whose branches are asked for when they are opened.

/** An element for a value. `children` returns what is inside of it. */
export function branch({ key, text, id }, children) {
  const line = document.createElement("span");
  if (key !== undefined) {
    const name = document.createElement("span");
    name.className = "key";
    name.textContent = `${key}: `;
    line.append(name);
  }
  line.append(text);
  const element = document.createElement(id === undefined ? "div" : "details");
  element.className = "value";
  if (id === undefined) {
    element.append(line);
    return element;
  }
  const summary = document.createElement("summary");
  summary.append(line);
  element.append(summary);
  element.addEventListener(
    "toggle",
    async () => {
      const inside = await children(id);
      element.append(...inside.map((one) => branch(one, children)));
      if (inside.length === 0) {
        element.append(branch({ text: "no properties" }, children));
      }
    },
    { once: true },
  );
  return element;
}
