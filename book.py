"""A preprocessor of mdBook: links that lead out of docs/ get the address of the repository, since a book has no such
files. In the sources they stay relative, so that they work in a checkout and tests/links.py checks them."""

import json
import posixpath
import re
import sys

LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?\)")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def outside(text, path, source, repository):
    """The text of a chapter, whose file is `path` in the folder `source`."""

    def replaced(link):
        target = posixpath.normpath(posixpath.join(source, posixpath.dirname(path), link[2]))
        if target.startswith(f"{source}/"):
            return link[0]
        return f"{link[1]}{repository}/blob/HEAD/{target}{link[3] or ''})"

    parts, end = [], 0
    for block in BLOCK.finditer(text):
        parts += [LINK.sub(replaced, text[end : block.start()]), block[0]]
        end = block.end()
    return "".join(parts) + LINK.sub(replaced, text[end:])


def chapters(items):
    """All chapters, those below others too."""
    for item in items:
        if isinstance(item, dict) and "Chapter" in item:
            yield item["Chapter"]
            yield from chapters(item["Chapter"]["sub_items"])


def main():
    if sys.argv[1:2] == ["supports"]:
        return
    context, book = json.load(sys.stdin)
    config = context["config"]
    repository = config["output"]["html"]["git-repository-url"]
    for chapter in chapters(book.get("items") or book["sections"]):
        if chapter["path"]:
            chapter["content"] = outside(chapter["content"], chapter["path"], config["book"]["src"], repository)
    json.dump(book, sys.stdout)


main()
