import Foundation
import Testing

/// The first page of each library product shows an example. It is not written twice: what stands between `// page` and
/// `// end of page` in this folder is what the page has to show, and the tests here compile and run it.
@Suite struct PageTests {
    @Test(arguments: ["Virtio", "Balloon", "BalloonDevice", "BalloonDriver", "ConformanceChecks"])
    func thePageShowsTheCodeThatIsTested(product: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let source = try String(contentsOf: folder.appending(path: "\(product)Page.swift"), encoding: .utf8)
        let page = try String(
            contentsOf: root.appending(path: "Sources/\(product)/\(product).docc/\(product).md"), encoding: .utf8)
        let tested = try #require(part(of: source, from: "// page\n", to: "// end of page"))
        let shown = try #require(part(of: page, from: "```swift\n", to: "```"))
        #expect(shown == tested, "Lint/pages.py brings the example of a page up to date")
        #expect(page.components(separatedBy: "```swift").count == 2, "one example, and no untested code beside it")
    }

    private func part(of text: String, from start: String, to end: String) -> String? {
        guard let first = text.range(of: start), let last = text.range(of: end, range: first.upperBound..<text.endIndex)
        else { return nil }
        return String(text[first.upperBound..<last.lowerBound])
    }
}
