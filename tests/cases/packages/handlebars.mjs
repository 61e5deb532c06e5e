import Handlebars from "handlebars";

Handlebars.registerHelper("loud", (text) => new Handlebars.SafeString(`<b>${Handlebars.escapeExpression(text.toUpperCase())}</b>`));
Handlebars.registerHelper("repeat", function (times, options) {
  return Array.from({ length: times }, (_, index) => options.fn(this, { data: { index } })).join("");
});
Handlebars.registerPartial("person", "{{name}} ({{age}}){{#unless @last}}, {{/unless}}");
const page = Handlebars.compile(`{{#if title}}<h1>{{title}}</h1>{{else}}none{{/if}}
{{#each people as |person|}}{{> person person}}{{/each}}
{{loud "a < b"}} {{{raw}}} {{raw}} {{#with owner}}{{name}} of {{../title}}{{/with}}
{{#repeat 3}}[{{@index}}]{{/repeat}} {{lookup map "key"}} {{#each map}}{{@key}}={{this}};{{/each}}`);
console.log(page({ title: "T & U", people: [{ name: "Ada", age: 36 }, { name: "Alan", age: 41 }], raw: "<i>", owner: { name: "O" }, map: { key: "value", other: 2 } }));
try {
  Handlebars.compile("{{#if}}{{/each}}")({});
} catch (error) {
  console.log(error.message);
}
const spec = Handlebars.precompile("Hello, {{name}}!");
console.log(Handlebars.template(new Function(`return ${spec}`)())({ name: "precompiled" }));
