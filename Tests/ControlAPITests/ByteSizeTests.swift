import ControlAPI
import Foundation
import TestSupport
import Testing

@Suite struct ByteSizeTests {
    @Test(
        arguments: [
            ("512M", 512 << 20), ("2G", 2 << 30), ("700MiB", 700 << 20), ("700mb", 700 << 20), ("1.5G", 3 << 29),
            ("1048576", 1 << 20), ("4096B", 4096), ("1k", 1024), ("0.5K", 512), ("3T", 3 << 40), ("1.333333333K", 1365),
        ] as [(String, UInt64)])
    func readsWhatPeopleWrite(text: String, bytes: UInt64) throws {
        #expect(try ByteSize(parsing: text).bytes == bytes)
    }

    @Test(arguments: [
        ("700X", "\"700X\": unknown unit \"X\""),
        ("0", "\"0\": a size must be above zero"),
        ("0.0M", "\"0.0M\": a size must be above zero"),
        ("-5M", "\"-5M\": a size cannot be negative"),
        ("lots", "\"lots\": not a size"),
        ("", "\"\": not a size"),
        ("M", "\"M\": not a size"),
        ("1.", "\"1.\": not a size"),
        ("1.2.3M", "\"1.2.3M\": not a size"),
        ("1 M", "\"1 M\": unknown unit \" M\""),
        ("1.5", "\"1.5\": a part of a byte"),
        ("٣M", "\"٣M\": not a size"),
        ("9999999999T", "\"9999999999T\": too large for any machine"),
        ("99999999999999999999999", "\"99999999999999999999999\": too large for any machine"),
        ("33%", "\"33%\": unknown unit \"%\""),
    ])
    func refusesWithOneLine(text: String, beginning: String) throws {
        let error = #expect(throws: ByteSizeError.self) { try ByteSize(parsing: text) }
        let line = try #require(error).description
        #expect(line == beginning + "; write a number with K, M, G or T, such as 512M or 1.5G")
    }

    /// A number alone that is too small for one of bytes has lost its unit.
    @Test(arguments: [
        ("512", "\"512\": 512 is 512 bytes; 512M was probably meant"),
        ("1", "\"1\": 1 is 1 bytes; 1M was probably meant"),
        ("65536", "\"65536\": 65536 is 65536 bytes; 64G was probably meant"),
        ("524288", "\"524288\": 524288 is 524288 bytes; 512M was probably meant"),
        ("1048575", "\"1048575\": 1048575 is 1048575 bytes; 1048575K was probably meant"),
    ])
    func refusesWhatHasLostItsUnit(text: String, line: String) throws {
        for read in [{ _ = try ByteSize(parsing: $0) }, { _ = try ByteSize(parsingOrZero: $0) }]
            as [(String) throws -> Void]
        {
            let error = #expect(throws: ByteSizeError.self) { try read(text) }
            #expect(error?.description == line)
        }
        #expect(throws: ByteSizeError.self) { try SizeOrShare(parsing: text) }
        #expect(throws: ByteSizeError.self) { try BudgetSize(parsing: text) }
        #expect(throws: ByteSizeError.self) { try BudgetSize(parsing: "all but \(text)") }
        #expect(try SizeOrShare(parsing: "\(text)B") == .size(ByteSize(parsing: "\(text)B")))
    }

    @Test func zeroNeedsNoUnit() throws {
        #expect(try ByteSize(parsingOrZero: "0") == 0)
        #expect(try SizeOrShare(parsing: "0", zero: true) == .size(0))
    }

    @Test func prints() {
        #expect(ByteSize(0).description == "0")
        #expect(ByteSize(1023).description == "1023B")
        #expect(ByteSize(512 << 20).description == "512M")
        #expect(ByteSize(3 << 29).description == "1.5G")
        #expect(ByteSize((1 << 30) + (52 << 20)).description == "1.05G")
        #expect(ByteSize((1 << 30) - 1).description == "1023.99M")
        #expect(ByteSize(3 << 29).exact == "1536M")
        #expect(ByteSize(4097).exact == "4097B")
        #expect(ByteSize(0).exact == "0")
    }

    @Test func whatIsPrintedExactlyIsReadBack() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let bytes =
                UInt64.random(in: 1...UInt64(Int64.max), using: &generator)
                >> UInt64.random(in: 0...62, using: &generator)
            guard bytes > 0 else { continue }
            let size = ByteSize(bytes)
            #expect(try ByteSize(parsing: size.exact) == size, "seed \(seed)")
            // The short form loses less than a hundredth of its unit, and never gains.
            if bytes >= 1 << 10 {
                let short = try ByteSize(parsing: size.description).bytes
                #expect(short <= bytes && bytes - short <= bytes / 100 + 1, "seed \(seed): \(bytes)")
            }
        }
    }

    @Test func noTextTraps() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789....KMGTiB%-+eX é")
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            let text = String((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            let size = try? SizeOrShare(parsing: text, zero: true)
            if let size { #expect(size.size(of: ByteSize(UInt64.max)).bytes <= .max, "seed \(seed)") }
        }
    }

    @Test func inJSONItIsAPlainNumber() throws {
        let data = try JSONEncoder().encode(["max": ByteSize(512 << 20)])
        #expect(String(decoding: data, as: UTF8.self) == #"{"max":536870912}"#)
        #expect(try JSONDecoder().decode([String: ByteSize].self, from: data) == ["max": ByteSize(512 << 20)])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ByteSize].self, from: Data("[-1]".utf8)) }
    }
}
