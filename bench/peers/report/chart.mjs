// The results as a chart: for each row, how many times what the first world needs, on a logarithmic
// scale. It is some text and some dots: what libraries draw charts with needs a browser, or is many
// times the size of all else here.
import { GROUPS } from "../rows.mjs";
import { times } from "./format.mjs";

const LEFT = 300;
const PLOT = 620;
const WIDTH = LEFT + PLOT + 40;
const LINE = 17;
const TOP = 92;
// Told apart by people who do not see all colours, on a light and on a dark ground.
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #222 }
  .title { font-size: 16px; font-weight: 600 }
  .group { font-weight: 600 }
  .label { text-anchor: end }
  .tick { text-anchor: middle; fill: #666 }
  .grid { stroke: #ddd }
  .one { stroke: #444; stroke-width: 1.5 }
  .ground { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd }
    .tick { fill: #999 }
    .grid { stroke: #333 }
    .one { stroke: #bbb }
    .ground { fill: #111 }
  }`;

const escape = (text) => text.replace(/`/g, "").replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Rows to draw: a title with dots, or only a title. */
function lines({ rows, throughput }, worlds) {
  const found = [];
  for (const [group, title] of Object.entries(GROUPS)) {
    const members = rows.filter((row) => row.group === group);
    if (members.length === 0) continue;
    found.push({ title, heading: true, ratios: [] });
    if (group === "throughput") {
      found.push({ title: "geometric mean", ratios: worlds.map((world) => throughput[world].mean) });
    }
    for (const { title, worlds: cells } of members) {
      found.push({ title, ratios: worlds.map((world) => cells[world]?.ratio ?? null) });
    }
  }
  return found;
}

export function chart(report) {
  const [first, ...peers] = Object.keys(report.versions);
  const drawn = lines(report, peers);
  const ratios = drawn.flatMap(({ ratios }) => ratios).filter((ratio) => ratio > 0);
  const low = Math.floor(Math.log10(Math.min(0.5, ...ratios)));
  const high = Math.ceil(Math.log10(Math.max(2, ...ratios)));
  const x = (ratio) => LEFT + (PLOT * (Math.log10(ratio) - low)) / (high - low);
  const height = TOP + drawn.length * LINE + 16;
  const parts = [];
  const text = (at, y, what, name = "") => parts.push(`<text x="${at.toFixed(1)}" y="${y}" class="${name}">${escape(what)}</text>`);

  text(16, 26, `How many times what ${first} takes (right of the line, ${first} is quicker or smaller)`, "title");
  text(16, 46, `${report.date}, ${Object.entries(report.versions).map((pair) => pair.join(" ")).join("; ")}`);
  peers.forEach((peer, i) => {
    parts.push(`<circle cx="${LEFT + 6 + i * 170}" cy="64" r="5" fill="${COLORS[i]}"/>`);
    text(LEFT + 16 + i * 170, 68, peer);
  });
  for (let power = low; power <= high; power++) {
    const at = x(10 ** power).toFixed(1);
    parts.push(`<line x1="${at}" x2="${at}" y1="${TOP}" y2="${height - 12}" class="${power === 0 ? "one" : "grid"}"/>`);
    text(Number(at), TOP - 6, times(10 ** power), "tick");
  }
  drawn.forEach(({ title, heading, ratios }, i) => {
    const y = TOP + (i + 0.5) * LINE;
    text(heading ? 16 : LEFT - 12, y + 4, title, heading ? "group" : "label");
    ratios.forEach((ratio, peer) => {
      if (ratio === null) return;
      const told = `<title>${escape(`${title}: ${peers[peer]} ${times(ratio)}`)}</title>`;
      parts.push(`<circle cx="${x(ratio).toFixed(1)}" cy="${y}" r="4.5" fill="${COLORS[peer]}" fill-opacity="0.85">${told}</circle>`);
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<style>${STYLE}
</style>
<rect width="100%" height="100%" class="ground"/>
${parts.join("\n")}
</svg>
`;
}
