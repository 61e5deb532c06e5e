export function transform({ text }) {
  throw new TypeError(`no ${text} today`);
}
