import ControlAPI
import Testing

@Suite struct SizeOrShareTests {
    @Test func sharesAreOfTheWholeMemory() throws {
        #expect(try SizeOrShare(parsing: "50%").size(of: ByteSize(1 << 30)).bytes == 1 << 29)
        #expect(try SizeOrShare(parsing: "100%").size(of: ByteSize(1 << 30)).bytes == 1 << 30)
        #expect(try SizeOrShare(parsing: "12.5%").size(of: ByteSize(1 << 30)).bytes == 1 << 27)
        #expect(try SizeOrShare(parsing: "100%").size(of: ByteSize(UInt64.max)).bytes == UInt64.max / 4096 * 4096)
        #expect(try SizeOrShare(parsing: "0%", zero: true).size(of: ByteSize(1 << 30)).bytes == 0)
        #expect(try SizeOrShare(parsing: "512M").size(of: ByteSize(1 << 30)).bytes == 512 << 20)
    }

    @Test func sharesAreWholePages() throws {
        #expect(try SizeOrShare(parsing: "33%").size(of: ByteSize(1 << 30)).bytes % 4096 == 0)
    }

    @Test(arguments: ["101%", "0%", "-1%", "%", "half%"])
    func refuses(text: String) throws {
        let error = #expect(throws: ByteSizeError.self) { try SizeOrShare(parsing: text) }
        #expect(
            try #require(error).description
                == "\"\(text)\": not a share of memory; write 1% to 100%, or a size such as 512M")
    }
}
