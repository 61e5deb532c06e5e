import { Marked, marked } from "marked";

console.log(marked.parse(`# Title with *emphasis* & <b>html</b>

A [link](https://example.com "t"), \`code\`, ~~gone~~ and ![image](a.png).

| a | b |
|:--|--:|
| 1 | **2** |

1. one
   - nested
   - [x] done
2. two

\`\`\`js
const a = "<&>";
\`\`\`

> quote
> goes on
`));
const own = new Marked({ gfm: true, breaks: true }).use({
  renderer: { heading({ tokens, depth }) { return `<h${depth} id="x">${this.parser.parseInline(tokens)}</h${depth}>\n`; } },
  extensions: [{
    name: "mention", level: "inline",
    start: (text) => text.indexOf("@"),
    tokenizer(text) { const match = /^@(\w+)/.exec(text); if (match) return { type: "mention", raw: match[0], name: match[1] }; },
    renderer: (token) => `<a href="/${token.name}">@${token.name}</a>`,
  }],
});
console.log(own.parse("## Hi\nline @ada\nline"));
console.log(marked.lexer("- a\n- b").map((token) => [token.type, token.items.length]));
