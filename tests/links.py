"""Fails if a relative link of the documentation leads nowhere, or to a heading that is not there."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)", re.MULTILINE)


def without_code(text):
    """Blocks of code have no links."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text):
    """The anchors of headings, as GitHub and mdBook make them."""
    found = set()
    for heading in HEADING.findall(without_code(text)):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        number = 0
        while (anchor if number == 0 else f"{anchor}-{number}") in found:
            number += 1
        found.add(anchor if number == 0 else f"{anchor}-{number}")
    return found


def main():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    broken = []
    count = 0
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if not file.exists():
            continue
        for target in LINK.findall(without_code(file.read_text())):
            if re.match(r"[a-z]+:", target):
                continue
            count += 1
            path, _, anchor = target.partition("#")
            to = (file.parent / path).resolve() if path else file
            if not to.exists():
                broken.append(f"{name}: {target}: there is no such file")
            elif anchor and to.suffix == ".md" and anchor not in anchors(to.read_text()):
                broken.append(f"{name}: {target}: there is no such heading")
    for line in broken:
        print(line, file=sys.stderr)
    print(f"{count} links, {len(broken)} broken")
    return 1 if broken or count == 0 else 0


sys.exit(main())
