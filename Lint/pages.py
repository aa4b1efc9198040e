#!/usr/bin/env python3
"""Puts the tested examples into the first pages of the library products, where they have changed.

What stands between `// page` and `// end of page` in Tests/DocumentationTests/NAMEPage.swift is the one block of Swift in
Sources/NAME/NAME.docc/NAME.md. The tests there compare the two.
"""
import pathlib
import re

root = pathlib.Path(__file__).resolve().parent.parent
for source in sorted(root.glob("Tests/DocumentationTests/*Page.swift")):
    name = source.name.removesuffix("Page.swift")
    page = root / "Sources" / name / f"{name}.docc" / f"{name}.md"
    code = source.read_text("utf-8").split("// page\n", 1)[1].split("// end of page", 1)[0]
    text = page.read_text("utf-8")
    new = re.sub(r"```swift\n.*?```", lambda _: f"```swift\n{code}```", text, count=1, flags=re.DOTALL)
    if new != text:
        page.write_text(new, "utf-8")
        print(page.relative_to(root))
