import { load } from "cheerio/slim";

const $ = load('<ul id="list"><li class="a">one</li><li class="b">two <b>three</b></li></ul>');
console.log($("#list > li.b b").text(), $("li").length);
$("li.a").attr("title", "first").append("<i>!</i>");
console.log($.html());
console.log($("li").map((_, item) => $(item).attr("class")).get().join());
